/** The embedded file damaged behind the engine's back, after a kill -9: never a start that says that all is well. */
import { FILE_NAME } from "@flash-sale/infra/sqlite/database/FileCheck"
import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as delay } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { freePort } from "../servers/Ports.ts"
import { until } from "../servers/Processes.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 300_000
const ORDERS = 60
const UNITS = 100
/** The tables of all that is folded. Without them the log is folded from its beginning. */
const FOLDS = ["marks", "items", "orders", "turned", "buyers", "commands", "untold", "events", "commits"]

interface Sold {
  readonly folder: string
  readonly file: string
  readonly wal: string
  readonly settings: Readonly<Record<string, string>>
  readonly engine: Services.Service
}

const buy = async (url: string, n: number): Promise<number> => {
  const order = { request_id: `r-${n}`, user_id: `u-${n}`, item_id: "101", amount: 1 }
  const answer = await fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order)
  })
  return answer.status
}

const sold = async (url: string): Promise<number> => {
  const { available, held } = await (await fetch(`${url}/items/101`)).json() as { available: number; held?: number }
  return UNITS - available - (held ?? 0)
}

/** Keeps what is committed from now on in the write-ahead log alone, as a reader of this moment does. */
const keepInLog = (file: string): DatabaseSync => {
  const reader = new DatabaseSync(file, { readOnly: true })
  reader.exec("BEGIN")
  reader.prepare("SELECT count(*) FROM log").get()
  return reader
}

/** An engine that has sold so many orders, one after the other, and was killed then: they are in its log alone. */
const killedAfter = async (orders: number): Promise<Sold> => {
  const folder = await Services.folder()
  const settings = {
    DATA_DIR: folder,
    PAYMENT_LATENCY: "5ms",
    PAYMENT_FAILURE_RATE: "0",
    RATE_LIMIT_MAX_REQUESTS: "1000",
    METRICS_PORT: String(await freePort())
  }
  const engine = await Services.service("serve", settings)
  await engine.start()
  await engine.untilHealth(200)
  const file = join(folder, FILE_NAME)
  const reader = keepInLog(file)
  await sellMore(engine, 0, orders)
  await engine.killHard()
  reader.close()
  return { folder, file, wal: join(folder, `${FILE_NAME}-wal`), settings, engine }
}

/** Sells so many orders more, and waits until each is final and known to the file beside the log. */
const sellMore = async (engine: Services.Service, from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) expect(await buy(engine.url, n)).toBe(202)
  await until("all sold", async () => {
    const answer = await fetch(`${engine.url}/orders/r-${to - 1}`)
    return await sold(engine.url) === to && (await answer.json() as { status: string }).status === "COMPLETED"
  })
  await delay(600)
}

/** What a start comes to: the last line of a refused one, undefined where it says that all is well. */
const refusal = async (settings: Sold["settings"]): Promise<string | undefined> => {
  const started = await Services.flashSale(["serve"], { ...settings, HTTP_PORT: String(await freePort()) })
  let isHealthy = false
  await until("refused or healthy", async () => {
    isHealthy = await healthOf(settings) === 200
    return isHealthy || !started.isRunning()
  })
  if (isHealthy) return undefined
  expect((await started.exit).code).toBe(3)
  return started.output().trim().split("\n").at(-1)
}

const healthUrl = (settings: Sold["settings"]) => `http://127.0.0.1:${settings["METRICS_PORT"]}/health`
const healthOf = async (settings: Sold["settings"]) => (await fetch(healthUrl(settings)).catch(() => undefined))?.status

const flip = (path: string, share: number): void => {
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length * share)
  bytes[at] = bytes[at]! ^ 0x01
  writeFileSync(path, bytes)
}

/** Something done to the file with the means of SQLite itself. */
const inFile = <A>(path: string, look: (database: DatabaseSync) => A): A => {
  const database = new DatabaseSync(path)
  try {
    return look(database)
  } finally {
    database.close()
  }
}

describe("a file that was damaged after a kill -9", () => {
  it(
    "an engine refuses a write-ahead log with one changed byte, and changes nothing",
    { timeout: TIMEOUT },
    async () => {
      const { settings, wal } = await killedAfter(ORDERS)
      flip(wal, 0.4)
      const before = readFileSync(wal)
      expect(await refusal(settings)).toMatch(
        /^flash-sale: cannot open .*engine\.sqlite-wal: frame \d+ at byte \d+ is damaged, .* recover --accept-log/
      )
      expect(readFileSync(wal).equals(before)).toBe(true)
    }
  )

  const losses: ReadonlyArray<readonly [string, (sold: Sold) => void | Promise<void>]> = [
    ["the write-ahead log is deleted", ({ wal }) => rmSync(wal)],
    ["the write-ahead log is cut to a third", ({ wal }) => truncateSync(wal, Math.floor(statSync(wal).size / 3))],
    ["the file is replaced by an empty one", ({ file, wal }) => {
      rmSync(wal)
      writeFileSync(file, "", { mode: 0o600 })
    }],
    ["the file is gone", ({ file, wal }) => {
      rmSync(wal)
      rmSync(file)
    }]
  ]
  for (const [name, lose] of losses) {
    it(`an engine refuses it: ${name}`, { timeout: TIMEOUT }, async () => {
      const found = await killedAfter(ORDERS)
      await lose(found)
      expect(await refusal(found.settings)).toMatch(/^flash-sale: cannot open .*engine\.sqlite.* recover --accept-log/)
    })
  }

  it("an engine refuses an older copy of the file, also one that was written on", { timeout: TIMEOUT }, async () => {
    const { engine, file, folder, settings, wal } = await killedAfter(20)
    for (const path of [file, wal]) copyFileSync(path, `${path}.old`)
    await engine.start()
    await engine.untilHealth(200)
    await sellMore(engine, 20, ORDERS)
    await engine.killHard()
    for (const path of [file, wal]) copyFileSync(`${path}.old`, path)
    expect(await refusal(settings)).toMatch(/^flash-sale: cannot open .*engine\.sqlite: /)
    // With the mark of its own it is a backup.
    rmSync(join(folder, "orders.high"))
    await engine.start()
    await engine.untilHealth(200)
    expect(await sold(engine.url)).toBe(20)
  })

  it("an engine makes a damaged shared memory file anew", { timeout: TIMEOUT }, async () => {
    const { engine, file } = await killedAfter(ORDERS)
    writeFileSync(`${file}-shm`, Buffer.alloc(32_768, 0xa5), { mode: 0o600 })
    await engine.start()
    await engine.untilHealth(200)
    expect(await sold(engine.url)).toBe(ORDERS)
  })
})

/** Pages of one table, of a file that holds everything. */
const pagesOf = (file: string, table: string): ReadonlyArray<number> =>
  inFile(
    file,
    (database) =>
      database.prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno").all(table)
        .map(({ pageno }) => Number(pageno))
  )

/** What happens to the file of an engine that was stopped: nothing is in the write-ahead log then. */
const ruins: ReadonlyArray<readonly [string, (file: string) => void]> = [
  ["a page of the log is zeroed", (file) => {
    const page = pagesOf(file, "log")[0]!
    const bytes = readFileSync(file)
    bytes.fill(0, (page - 1) * 4_096, page * 4_096)
    writeFileSync(file, bytes)
  }],
  ["the file is cut in half", (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / 4_096) * 4_096)],
  ["its first page is overwritten", (file) => {
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 0, 100)
    writeFileSync(file, bytes)
  }]
]

describe("a file that was damaged after it was closed", () => {
  for (const [name, ruin] of ruins) {
    it(`an engine refuses it, or says why and is never healthy: ${name}`, { timeout: TIMEOUT }, async () => {
      const { engine, file, settings } = await killedAfter(ORDERS)
      await engine.start()
      await engine.untilHealth(200)
      expect(await engine.stop()).toMatchObject({ code: 0 })
      inFile(file, (database) => FOLDS.forEach((table) => database.exec(`DELETE FROM ${table}`)))
      ruin(file)
      const started = await Services.flashSale(["serve"], { ...settings, HTTP_PORT: String(await freePort()) })
      await until("refused or unhealthy", async () => !started.isRunning() || await healthOf(settings) === 503)
      if (started.isRunning()) {
        await until("a reason", async () => /corrupt|damaged_log/.test(await (await fetch(healthUrl(settings))).text()))
      } else {
        expect((await started.exit).code).toBe(3)
        expect(started.output().trim().split("\n").at(-1)).toMatch(
          /^flash-sale: cannot open .*(corrupt|not a database).*; bring back a backup of the whole folder/
        )
      }
    })
  }
})

/** What is changed in the log itself, by its rows. The fold is taken away, so that it has to be folded again. */
const changes: ReadonlyArray<readonly [string, string, RegExp, code?: string]> = [
  [
    "the group has committed what the log does not hold",
    "INSERT INTO commits SELECT partition, 9999 FROM log WHERE key = '101' LIMIT 1",
    /the log ends at \d+, but .*9999/,
    "committed_ahead"
  ],
  [
    "one digit of an amount",
    `UPDATE log SET value = CAST(replace(CAST(value AS TEXT), '"amount":1', '"amount":2') AS BLOB)
     WHERE offset = (SELECT min(offset) FROM log WHERE offset >= 30 AND CAST(value AS TEXT) LIKE '%"amount":1}')`,
    /record \d+ of the log is not the one that was written/
  ],
  ["a row is gone", "DELETE FROM log WHERE key = '101' AND offset = 30", /record 30 of the log is missing/],
  [
    "two rows are swapped",
    `UPDATE log SET offset = -1 WHERE key = '101' AND offset = 30;
     UPDATE log SET offset = 30 WHERE key = '101' AND offset = 40;
     UPDATE log SET offset = 40 WHERE key = '101' AND offset = -1`,
    /record 30 of the log is not the one that was written/
  ]
]

describe("a log whose rows were changed", () => {
  for (const [name, sql, why, code = "damaged_log"] of changes) {
    it(`the partition halts, and the commands say why: ${name}`, { timeout: TIMEOUT }, async () => {
      const { engine, file, settings } = await killedAfter(ORDERS)
      inFile(file, (database) => {
        for (const table of FOLDS) database.exec(`DELETE FROM ${table}`)
        database.exec(sql)
      })
      const compared = await Services.run(["reconcile", "--apply"], settings)
      expect(compared.code).toBe(1)
      expect(compared.output).toMatch(why)
      const rehearsed = await Services.run(["recover", "--dry-run"], settings)
      expect(rehearsed.code).toBe(1)
      expect(rehearsed.output).toMatch(why)

      await engine.start()
      const health = healthUrl(settings)
      await until("halted", async () => {
        const answer = await fetch(health).catch(() => undefined)
        const body = await answer?.text() ?? ""
        return answer?.status === 503 && body.includes(code) && body.includes("\"running\":3")
      })
      const { partitions, problems } = await (await fetch(health)).json() as {
        readonly partitions: Readonly<Record<string, number>>
        readonly problems: ReadonlyArray<string>
      }
      expect(partitions).toMatchObject({ running: 3, refusing: 1 })
      expect(problems).toEqual([expect.stringMatching(why)])

      const accepted = await Services.run(["recover", "--accept-log", "--yes"], settings)
      expect(accepted.output).toMatch(why)
      expect(accepted.code).toBe(0)
      await until("healthy", async () => (await fetch(health)).status === 200)
      expect(await Services.run(["reconcile"], settings)).toMatchObject({ code: 0 })
    })
  }
})

/**
 * `npm run bench -- webhooks`: how many events a second a living endpoint is told beside one that never answers and one
 * that refuses connections, how long it waits for each while they come, the memory of the process, and what comes twice
 * when it is killed with -9 meanwhile. Over one file (`serve`) and over PostgreSQL (`webhooks`); `DATABASES=sqlite` is
 * one of both, `EVENTS` another number of events, `PHASES=kills` one of the three.
 */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import * as EventId from "@flash-sale/domain/events/EventId"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, ManagedRuntime, Redacted, Result } from "effect"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { findPostgres, PostgresServer } from "../test/servers/PostgresServer.ts"
import { type Logged, spawnLogged, until } from "../test/servers/Processes.ts"
import * as Cpu from "./Cpu.ts"
import { pathOf } from "./Services.ts"
import * as Table from "./Table.ts"
import * as Servers from "./WebhookServers.ts"

const EVENTS = Number(process.env["EVENTS"] ?? 100_000)
const DATABASES = (process.env["DATABASES"] ?? "sqlite,postgres").split(",")
const PHASES = (process.env["PHASES"] ?? "backlog,kills,steady").split(",")
const KILLS = 10
/** Events in one batch. */
const BATCH = 1_000
/** Events a second, and for how long, while it is measured how long each waits. */
const RATE = 500
const STEADY_SECONDS = 20
const BATCHES_A_SECOND = 10
const LIMIT_MILLIS = 600_000
/** One that no engine has: what is archived in its name moves no position of the engine. */
const PARTITION = PartitionId.make(999)

type Runtime = ManagedRuntime.ManagedRuntime<ArchiveLayers.Ports, unknown>

interface Engine {
  readonly runtime: Runtime
  readonly start: () => Promise<Logged>
  readonly servers: Servers.Servers
}

let told = 0

/** Archives so many events of this moment, and gives their ids. */
const tell = (count: number) =>
  Effect.gen(function*() {
    const writer = yield* ArchiveWriter
    const time = Date.now()
    const events = Array.from({ length: count }, () => {
      const sequence = ++told
      const text = CloudEvent.write({
        id: EventId.ofStep({ partition: PARTITION, placedAtOffset: Offset.make(sequence), step: 3 }),
        type: "order.completed",
        time,
        sequence,
        data: {
          requestId: RequestId.make(`request-${sequence}`),
          itemId: ItemId.make("mug"),
          userId: UserId.make(`user-${sequence}`),
          amount: 1,
          price: 1_999,
          currency: "EUR",
          attempt: 1,
          status: "COMPLETED",
          acceptedAt: new Date(time).toISOString()
        }
      })
      return { text, event: Result.getOrThrow(CloudEvent.read(text)) }
    })
    const next = Offset.make(told + 1)
    const batch = {
      source: "order-events",
      partition: PARTITION,
      letters: [],
      handlings: [],
      next,
      told: next
    } as const
    yield* writer.record({ ...batch, events })
    return events.map(({ event }) => event.id)
  })

const fill = async ({ runtime }: Engine, count: number): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  while (ids.length < count) ids.push(...await runtime.runPromise(tell(Math.min(BATCH, count - ids.length))))
  return ids
}

const megabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

const untilHeld = ({ runtime }: Engine): Promise<void> =>
  until("the endpoint is held", () =>
    runtime.runPromise(Effect.map(
      Effect.flatMap(Webhooks, ({ list }) => Effect.orElseSucceed(list, () => [])),
      (all) => all.some(({ condition, name }) => name === "alive" && condition === "delivering")
    )))

const end = async (running: Logged): Promise<void> => {
  running.kill("SIGTERM")
  await running.exit
}

/** A backlog, as fast as it goes. */
const backlog = async (engine: Engine): Promise<void> => {
  const { servers, start } = engine
  const [ids, before] = [await fill(engine, EVENTS), servers.first.size]
  const running = await start()
  const done = () => servers.first.size - before
  Table.print(["seconds", "deliveries", "a second", "CPU µs each", "MB"])
  await until("the first is told", () => done() > 0)
  let [n, began, cpu] = [done(), performance.now(), Cpu.cpuMicros(running.pid)]
  const first = { n, began }
  while (done() < ids.length) {
    await delay(2_000)
    const [count, now, used] = [done(), performance.now(), Cpu.cpuMicros(running.pid)]
    const seconds = (now - began) / 1_000
    const each = (used - cpu) / Math.max(1, count - n)
    const since = ((now - first.began) / 1_000).toFixed(0)
    Table.print([since, count, Math.round((count - n) / seconds), each.toFixed(0), megabytes(running.pid).toFixed(0)])
    ;[n, began, cpu] = [count, now, used]
  }
  const last = Math.max(...ids.map((id) => servers.first.get(id)!))
  const rate = (ids.length - first.n) / ((last - first.began) / 1_000)
  process.stdout.write(`${Math.round(rate)} deliveries a second\n`)
  await end(running)
}

/** A backlog with kill -9 in it. */
const kills = async (engine: Engine): Promise<void> => {
  const { servers, start } = engine
  const [ids, first, answered] = [await fill(engine, EVENTS), servers.first.size, servers.answered()]
  let running = await start()
  for (let kill = 1; kill <= KILLS; kill++) {
    const enough = first + Math.floor((ids.length * kill) / (KILLS + 1))
    await until("so many are told", () => servers.first.size >= enough, LIMIT_MILLIS)
    running.kill("SIGKILL")
    await running.exit
    running = await start()
  }
  await until("all are told", () => servers.first.size >= first + ids.length, LIMIT_MILLIS)
  await end(running)
  const missing = ids.filter((id) => !servers.first.has(id)).length
  const doubled = servers.answered() - answered - ids.length
  process.stdout.write(`${KILLS} times kill -9: ${missing} missing, ${doubled} of ${ids.length} twice\n`)
}

const quantile = (sorted: ReadonlyArray<number>, share: number): string =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0)

/** Events that come evenly: from the commit in the archive to the receiver. */
const steady = async (engine: Engine): Promise<void> => {
  const { runtime, servers, start } = engine
  const running = await start()
  await untilHeld(engine)
  const at = new Map<string, number>()
  const began = performance.now()
  for (let batch = 0; batch < STEADY_SECONDS * BATCHES_A_SECOND; batch++) {
    await delay(Math.max(0, began + (batch * 1_000) / BATCHES_A_SECOND - performance.now()))
    const ids = await runtime.runPromise(tell(RATE / BATCHES_A_SECOND))
    const now = performance.now()
    for (const id of ids) at.set(id, now)
  }
  await until("all are told", () => [...at.keys()].every((id) => servers.first.has(id)), LIMIT_MILLIS)
  const waits = [...at].map(([id, moment]) => Math.max(0, servers.first.get(id)! - moment))
  const sorted = waits.toSorted((one, other) => one - other)
  const [p50, p99, worst] = [0.5, 0.99, 1].map((share) => quantile(sorted, share))
  process.stdout.write(`at ${RATE} a second each waits ${p50} ms (p50), ${p99} ms (p99), ${worst} ms at the most; `)
  process.stdout.write(`${megabytes(running.pid).toFixed(0)} MB\n`)
  await end(running)
}

interface Place {
  readonly command: "serve" | "webhooks"
  readonly layer: Parameters<typeof ManagedRuntime.make<ArchiveLayers.Ports, unknown>>[0]
  readonly env: Readonly<Record<string, string>>
}

const measure = async (folder: string, { command, env, layer }: Place): Promise<void> => {
  const servers = await Servers.start()
  const [http, metrics] = [await freePort(), await freePort()]
  const path = join(folder, "webhooks.json")
  const urls = { alive: servers.aliveUrl, silent: servers.silentUrl, closed: "http://127.0.0.1:1/" }
  const endpoints = Object.entries(urls).map(([name, url]) => ({
    name,
    url,
    secret: `whsec_${randomBytes(32).toString("base64")}`,
    events: ["order.*"]
  }))
  writeFileSync(path, JSON.stringify(endpoints), { mode: 0o600 })
  const flags = [
    "--disable-warning=TimeoutNegativeWarning",
    "--max-semi-space-size=32",
    ...(process.env["NODE_ARGS"] ?? "").split(" ").filter((arg) => arg !== "")
  ]
  const start = () =>
    spawnLogged(process.execPath, [...flags, pathOf("../packages/cli/src/main.ts"), command], {
      env: {
        ...env,
        HTTP_PORT: String(http),
        METRICS_PORT: String(metrics),
        ADMIN_PORT: "off",
        LOG_LEVEL: "warn",
        WEBHOOKS_FILE: path,
        WEBHOOKS_ALLOW_PRIVATE: "true"
      }
    })
  const runtime: Runtime = ManagedRuntime.make(layer)
  const engine: Engine = { runtime, servers, start }
  try {
    const first = await start()
    await untilHeld(engine)
    await end(first)
    if (PHASES.includes("backlog")) await backlog(engine)
    if (PHASES.includes("kills")) await kills(engine)
    if (PHASES.includes("steady")) await steady(engine)
  } finally {
    await runtime.dispose()
    servers.close()
  }
}

const within = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-webhooks-"))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const sqlite = (folder: string): Promise<void> => {
  process.stdout.write("SQLite, in serve\n")
  return measure(folder, { command: "serve", layer: ArchiveLayers.layerFile(folder), env: { DATA_DIR: folder } })
}

const postgres = async (folder: string): Promise<void> => {
  process.stdout.write("PostgreSQL, in webhooks\n")
  const server = await PostgresServer.make(await findPostgres())
  try {
    await server.start()
    const url = `postgres://postgres@${server.address}/postgres`
    const layer = ArchiveLayers.layerPostgres(Redacted.make(url))
    await measure(folder, { command: "webhooks", layer, env: { ARCHIVE_URL: url } })
  } finally {
    await server.stop()
  }
}

export const run = async (): Promise<void> => {
  if (DATABASES.includes("sqlite")) await within(sqlite)
  if (DATABASES.includes("postgres")) await within(postgres)
}

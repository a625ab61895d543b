/** What each fact of the embedded file and of its log is worth, and how it is mended. */
import type { FolderFacts } from "@flash-sale/infra/facts/FolderFacts"
import type { CheckId, Finding } from "@flash-sale/operations/doctor/Check"
import * as Check from "@flash-sale/operations/doctor/Check"
import * as FolderChecks from "@flash-sale/operations/doctor/FolderChecks"
import * as LogChecks from "@flash-sale/operations/doctor/LogChecks"
import { describe, expect, it } from "vitest"

const MIB = 1024 ** 2

const folder: FolderFacts = {
  folder: "/srv/data",
  hasEngine: true,
  exposed: { found: undefined },
  freeBytes: { found: 9_000 * MIB },
  fileBytes: 3 * MIB,
  walBytes: MIB,
  isReadWhole: true,
  losses: { found: [] },
  tables: { found: { version: 6, latest: 6 } },
  damage: { found: undefined },
  lock: { found: 4711 }
}

const log: LogChecks.LogFacts = {
  lags: { found: [{ partition: 0, lag: 3 }, { partition: 1, lag: 0 }] },
  halted: { found: [] },
  processors: { found: 1 },
  start: "start one",
  none: Check.warning,
  letters: { found: { size: 0, oldestMillis: undefined } }
}

const judge = (findings: ReadonlyArray<Finding>, id: CheckId) => findings.find((one) => one.id === id)!

const expectFound = (found: Finding, verdict: Finding["verdict"], detail: RegExp, mend: RegExp | undefined) => {
  expect(found.verdict).toBe(verdict)
  expect(found.detail).toMatch(detail)
  if (mend === undefined) expect(found.mend).toBeUndefined()
  else expect(found.mend).toMatch(mend)
}

it("says first whether an engine runs", () => {
  expect(Object.keys(Check.CHECKS)[0]).toBe("log.processors")
})

describe("The folder", () => {
  it("has nothing to mend where all is as it should be, and nobody knows of backups", () => {
    const findings = FolderChecks.judge(folder).filter(({ verdict }) => verdict !== "ok")
    expect(findings.map(({ id }) => id)).toEqual(["folder.backup"])
  })

  it.each<readonly [string, Partial<FolderFacts>, CheckId, Finding["verdict"], RegExp, RegExp | undefined]>([
    ["without an engine", { hasEngine: false }, "folder.engine", "wrong", /no engine has worked there/, /DATA_DIR/],
    [
      "open to others",
      {
        exposed: { found: { path: "/srv/data", detail: "is open to other users (mode 0755): chmod -R go= /srv/data" } }
      },
      "folder.permissions",
      "wrong",
      /^\/srv\/data is open to other users \(mode 0755\)$/,
      /^chmod -R go= \/srv\/data$/
    ],
    ["a disk that fills", { freeBytes: { found: 500 * MIB } }, "folder.disk", "warning", /500 MiB free/, /make room/],
    ["a full disk", { freeBytes: { found: 50 * MIB } }, "folder.disk", "wrong", /50\.0 MiB free: orders/, /make room/],
    [
      "a file that was never there",
      { hasEngine: false, losses: { found: [] } },
      "folder.file",
      "not_looked_at",
      /no engine has worked there/,
      undefined
    ],
    ["a cut file", { losses: { found: ["x: ends at 4"] } }, "folder.file", "wrong", /ends at 4/, /accept-log/],
    [
      "a file that is none",
      { losses: { why: "not a database" } },
      "folder.file",
      "wrong",
      /cannot be read: not/,
      /user/
    ],
    ["a damaged file", { damage: { found: "page 3:\n bad" } }, "folder.damage", "wrong", /^page 3: bad$/, /backup/],
    ["a large file", { damage: { why: "larger than 1 GiB" } }, "folder.damage", "not_looked_at", /1 GiB/, undefined],
    [
      "a newer file",
      { tables: { found: { version: 7, latest: 6 } } },
      "folder.tables",
      "wrong",
      /7, and .* 6/,
      /newer/
    ],
    ["an older file", { tables: { found: { version: 5, latest: 6 } } }, "folder.tables", "warning", /older/, /copy/],
    ["an engine", {}, "folder.lock", "ok", /process 4711/, undefined],
    ["an engine elsewhere", { lock: { found: "somebody" } }, "folder.lock", "ok", /an engine works there$/, undefined],
    ["no engine now", { lock: { found: "nobody" } }, "folder.lock", "ok", /no engine works there now/, undefined],
    ["a file that was not read", { isReadWhole: false }, "folder.file", "not_looked_at", /hold up orders/, undefined],
    ["damage that was not looked for", { isReadWhole: false }, "folder.damage", "not_looked_at", /hold up/, undefined],
    ["a long log", { walBytes: 100 * MIB }, "folder.wal", "warning", /100 MiB/, /engine\.sqlite/]
  ])("%s", (_, change, id, verdict, detail, mend) => {
    expectFound(judge(FolderChecks.judge({ ...folder, ...change }), id), verdict, detail, mend)
  })
})

describe("The log", () => {
  it("has nothing to mend where all is as it should be", () => {
    expect(LogChecks.judge(log).filter(({ verdict }) => verdict !== "ok")).toEqual([])
  })

  const backlog = { found: [{ partition: 0, lag: 10 }, { partition: 3, lag: 4_000 }] }

  it.each<readonly [string, Partial<LogChecks.LogFacts>, CheckId, Finding["verdict"], RegExp, RegExp | undefined]>([
    [
      "a halted partition",
      { halted: { found: [{ partition: 2, code: "ahead_of_log", why: "the log ends at 1" }] } },
      "log.recovery",
      "wrong",
      /partition 2 \(ahead_of_log\): the log ends at 1/,
      /--accept-log --partition 2$/
    ],
    [
      "a backlog",
      { lags: backlog },
      "log.lag",
      "warning",
      /4010 records to process.*3 \(4000\), 0 \(10\)/,
      /in a minute/
    ],
    ["a backlog of nobody", { lags: backlog, processors: { found: 0 } }, "log.lag", "warning", /4010/, /^start one$/],
    [
      "nobody, and work",
      { processors: { found: 0 } },
      "log.processors",
      "wrong",
      /3 records not processed/,
      /^start one$/
    ],
    [
      "nobody, and no work",
      { processors: { found: 0 }, lags: { found: [] } },
      "log.processors",
      "warning",
      /an order would wait/,
      /^start one$/
    ],
    [
      "nobody, beside a log of many",
      { processors: { found: 0 }, lags: { found: [] }, none: Check.wrong },
      "log.processors",
      "wrong",
      /none: an order would wait/,
      /^start one$/
    ],
    ["nobody knows", { processors: { why: "denied" } }, "log.processors", "not_looked_at", /denied/, undefined],
    [
      "a letter",
      { letters: { found: { size: 1, oldestMillis: 120_000 } } },
      "letters.open",
      "warning",
      /1 dead letter, .* 2 min/,
      /dlq list/
    ],
    [
      "an old letter",
      { letters: { found: { size: 1, oldestMillis: 7_300_000 } } },
      "letters.open",
      "wrong",
      /2 h/,
      /dlq list/
    ],
    [
      "many letters",
      { letters: { found: { size: 101, oldestMillis: 9_000 } } },
      "letters.open",
      "wrong",
      /101 .* 9 s/,
      /dlq/
    ]
  ])("%s", (_, change, id, verdict, detail, mend) => {
    expectFound(judge(LogChecks.judge({ ...log, ...change }), id), verdict, detail, mend)
  })
})

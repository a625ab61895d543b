/** What an engine refuses to open, and what it opens after a crash. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as CheckpointThread from "@flash-sale/infra/sqlite/database/checkpoints/CheckpointThread"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { FILE_NAME } from "@flash-sale/infra/sqlite/database/FileCheck"
import * as FileUpkeep from "@flash-sale/infra/sqlite/database/FileUpkeep"
import * as HighWaterMark from "@flash-sale/infra/sqlite/database/HighWaterMark"
import * as LogChain from "@flash-sale/infra/sqlite/database/LogChain"
import { EMBEDDED_PARTITIONS } from "@flash-sale/infra/sqlite/database/Migrations"
import { CannotOpen } from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { until } from "../../../servers/Processes.ts"
import * as Folders from "../Folders.ts"

const itemId = ItemId.make("101")
const partition = home(itemId, EMBEDDED_PARTITIONS)
const RECORDS = 50
/** Takes a file back to the tables of a build that knew no digests of records. */
const LATER_COLUMNS = {
  log: ["digest"],
  items: ["hold_seconds", "max_hold_seconds", "refused"],
  orders: ["hold", "confirmed", "reference"],
  statuses: ["expires_at", "confirmed", "refund", "refund_due"],
  letters: ["user", "amount", "metadata"]
}
const BEFORE_DIGESTS = [
  "DROP TRIGGER letter_put; DROP TRIGGER letter_handled; DROP TABLE letter_counts",
  "DROP INDEX letters_open_by_reason; DROP INDEX letters_open_by_item; DROP INDEX letters_open_by_both",
  "DROP INDEX items_by_partition; DROP TABLE open_orders; DROP TABLE refunds_due",
  "DROP TABLE order_events; DROP TABLE order_events_read; DROP TABLE letter_log",
  ...Object.entries(LATER_COLUMNS).flatMap(([table, names]) =>
    names.map((name) => `ALTER TABLE ${table} DROP COLUMN ${name}`)
  ),
  "PRAGMA user_version = 4"
].join(";")

const appendSome = (records = RECORDS) =>
  Effect.flatMap(
    OrderLog,
    ({ append }) =>
      Effect.forEach(Array.from({ length: records }, (_, n) => n), (n) =>
        append({ itemId, value: `{"n":${n}}`, headers: {} }), { discard: true })
  )

const wal = (folder: string) => join(folder, `${FILE_NAME}-wal`)
const markPath = (folder: string) => join(folder, HighWaterMark.FILE_NAME)
const markOf = (folder: string) => {
  const mark = HighWaterMark.read(folder)
  if (typeof mark === "string") throw new Error(mark)
  return mark
}
const endOf = (folder: string) => markOf(folder).tails[partition]!.end

/** The folder of an engine that was stopped when it had appended so many. */
const stopped = Effect.fnUntraced(function*(records = RECORDS) {
  const folder = yield* Folders.temporary
  yield* Effect.provide(appendSome(records), SqliteInfra.layer({ folder }))
  return folder
})

/** A folder as a kill leaves it: the files of an engine that works on. Its log is in the write-ahead log alone. */
const killed = Effect.fnUntraced(function*() {
  const folder = yield* Folders.temporary
  const copy = yield* Folders.temporary
  yield* Effect.provide(
    Effect.andThen(appendSome(), Effect.sync(() => cpSync(folder, copy, { recursive: true }))),
    SqliteInfra.layer({ folder })
  )
  writeFileSync(markPath(copy), HighWaterMark.encode({ ...markOf(folder), boot: HighWaterMark.currentBoot() }))
  return copy
})

const refusal = (folder: string) => Effect.flip(Effect.scoped(Layer.build(SqliteInfra.layer({ folder }))))
const opens = (folder: string) => Effect.scoped(Layer.build(SqliteInfra.layer({ folder })))

const flip = (path: string, at: number) => {
  const bytes = readFileSync(path)
  bytes[at] = bytes[at]! ^ 0x01
  writeFileSync(path, bytes)
}

const inFile = <A>(folder: string, look: (connection: Connection.Connection) => A): A => {
  const connection = Connection.open(join(folder, FILE_NAME))
  try {
    return look(connection)
  } finally {
    connection.close()
  }
}

describe("the mark beside the file", () => {
  it("is read as it was written, and not at all where a byte of it is another", () => {
    const mark = { boot: "b", tails: [{ end: 3, digest: 0xffff_fffe }, { end: 0, digest: 0 }] }
    const text = HighWaterMark.encode(mark)
    assert.deepStrictEqual(HighWaterMark.decode(text), mark)
    assert.deepStrictEqual(HighWaterMark.decode(HighWaterMark.encode({ ...mark, boot: undefined }))?.boot, undefined)
    for (let at = 0; at < text.length; at++) {
      const other = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
      assert.isUndefined(HighWaterMark.decode(other), other)
      assert.isUndefined(HighWaterMark.decode(text.slice(0, at)), text.slice(0, at))
    }
  })

  it.live("is at the log's end when an engine was stopped", () =>
    Effect.gen(function*() {
      const folder = yield* stopped()
      assert.strictEqual(endOf(folder), RECORDS)
      yield* opens(folder)
    }))

  it.effect("is behind the log for a bounded time, and the write-ahead log holds a commit no longer than that", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const context = yield* Layer.build(SqliteInfra.layer({ folder }))
      for (let round = 1; round <= 2; round++) {
        yield* Effect.provide(appendSome(), context)
        yield* TestClock.adjust(FileUpkeep.MARK_MILLIS)
        yield* Effect.promise(() => until("the mark is written", () => endOf(folder) === round * RECORDS))
        assert.isAbove(statSync(wal(folder)).size, 0)
        yield* TestClock.adjust(FileUpkeep.WAL_MILLIS)
        // A thread takes its pages to the file first, in its own time.
        yield* Effect.promise(() => until("the log is empty", () => statSync(wal(folder)).size === 0))
      }
    }))

  it.live("keeps the write-ahead log from growing beyond a bound, however long it goes on", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const log = Context.get(yield* Layer.build(SqliteInfra.layer({ folder })), OrderLog)
      const record = { itemId, value: "x".repeat(20_000), headers: {} }
      for (let n = 0; n < 250; n++) {
        yield* Effect.forEach(Array.from({ length: 20 }), () => log.append(record), { concurrency: "unbounded" })
      }
      // 100 MB were written; one transaction may come on top of the bound.
      assert.isBelow(statSync(wal(folder)).size, (CheckpointThread.MOST_PAGES + 1_000) * 4_120)
    }))

  it.live("that is damaged is refused, and one that is not there is made", () =>
    Effect.gen(function*() {
      const folder = yield* stopped()
      flip(markPath(folder), 20)
      const { message } = yield* refusal(folder)
      assert.match(message, /^cannot open .*orders\.high: it is not what an engine has written; .*--accept-log/)
      rmSync(markPath(folder))
      yield* opens(folder)
      assert.strictEqual(endOf(folder), RECORDS)
    }))
})

const losses: ReadonlyArray<readonly [string, lose: (folder: string) => void, RegExp]> = [
  ["a log that is shorter", (folder) => {
    inFile(folder, (connection) => connection.run("DELETE FROM log WHERE offset >= 40"))
  }, /engine\.sqlite: partition \d of its log ends at 40, but reached 50 by orders\.high; bring back a backup/],
  ["a log that was cut and written on", (folder) => {
    inFile(folder, (connection) => connection.run("UPDATE log SET digest = 1 WHERE offset = 49"))
  }, /partition \d of its log holds another record at 49 than the one that orders\.high knows; /],
  ["a file that is gone", (folder) => rmSync(join(folder, FILE_NAME)), /it is gone, but orders\.high knows of its log/],
  ["an empty file", (folder) => writeFileSync(join(folder, FILE_NAME), ""), /it is empty, but orders\.high knows of/],
  ["a file of an older build", (folder) => {
    inFile(folder, (connection) => connection.script(BEFORE_DIGESTS))
  }, /it is of an older build, and older than orders\.high; /]
]

describe("an engine that is started", () => {
  for (const [name, lose, why] of losses) {
    it.live(`refuses ${name}, changes nothing, and takes it as it is when it is asked to`, () =>
      Effect.gen(function*() {
        const folder = yield* stopped()
        lose(folder)
        const before = markOf(folder)
        for (
          const error of [yield* refusal(folder), yield* Effect.flip(Layer.build(SqliteInfra.layerBeside({ folder })))]
        ) {
          assert.instanceOf(error, CannotOpen)
          assert.match(error.message, why)
        }
        assert.deepStrictEqual(markOf(folder), before)
        assert.match((yield* SqliteInfra.losses({ folder })).join("\n"), /orders\.high/)
        yield* SqliteInfra.acceptLosses({ folder })
        assert.deepStrictEqual(yield* SqliteInfra.losses({ folder }), [])
        yield* opens(folder)
      }))
  }

  it.live("refuses a write-ahead log with a byte that was flipped, and leaves it as it is", () =>
    Effect.gen(function*() {
      const folder = yield* killed()
      flip(wal(folder), Math.floor(statSync(wal(folder)).size * 0.4))
      const before = readFileSync(wal(folder))
      const { message } = yield* refusal(folder)
      assert.match(message, /engine\.sqlite-wal: frame \d+ at byte \d+ is damaged, and \d+ commits follow it; /)
      assert.isTrue(readFileSync(wal(folder)).equals(before))
      yield* SqliteInfra.acceptLosses({ folder })
      assert.isBelow(endOf(folder), RECORDS)
      yield* opens(folder)
    }))

  it.live("opens what a kill has left, with frames that were never committed, and keeps nothing of them", () =>
    Effect.gen(function*() {
      const folder = yield* killed()
      const whole = readFileSync(wal(folder))
      writeFileSync(wal(folder), Buffer.concat([whole, whole.subarray(32, 32 + 4_120), Buffer.alloc(1_000)]))
      const engine = yield* Layer.build(SqliteInfra.layer({ folder }))
      assert.strictEqual(statSync(wal(folder)).size, 0)
      yield* Effect.provide(appendSome(1), engine)
      const position = yield* Context.get(engine, OrderLog).append({ itemId, value: "", headers: {} })
      assert.strictEqual(position.offset, RECORDS + 1)
    }))

  it.live("opens what a power cut has left: commits that did not wait for the disk may be missing before others", () =>
    Effect.gen(function*() {
      const folder = yield* killed()
      const mark = markOf(folder)
      // The mark is of an earlier run of the kernel, and knows of nothing that is missing.
      flip(wal(folder), statSync(wal(folder)).size - 10_000)
      const tails = mark.tails.map((tail, index) => index === partition ? { end: 0, digest: 0 } : tail)
      writeFileSync(markPath(folder), HighWaterMark.encode({ boot: "another", tails }))
      yield* opens(folder)
      assert.isBelow(endOf(folder), RECORDS)
    }))

  it.live("says that the mark is missing beside a log, and nothing of a new folder or a marked one", () =>
    Effect.gen(function*() {
      const events: Array<unknown> = []
      const logger = Logger.make(({ fiber }) => events.push(fiber.getRef(References.CurrentLogAnnotations)["event"]))
      const starts = (folder: string) =>
        Effect.map(Effect.provide(opens(folder), Logger.layer([logger])), () => events.splice(0))
      const folder = yield* stopped(1)
      assert.deepStrictEqual(yield* starts(yield* Folders.temporary), [])
      assert.deepStrictEqual(yield* starts(folder), [])
      rmSync(markPath(folder))
      assert.deepStrictEqual(yield* starts(folder), ["mark_missing"])
      assert.deepStrictEqual(yield* starts(folder), [])
    }))

  it.live("chains the records of a file that an older build has written, as they are", () =>
    Effect.gen(function*() {
      const folder = yield* stopped()
      inFile(folder, (connection) => connection.script(BEFORE_DIGESTS))
      rmSync(markPath(folder))
      yield* Effect.provide(appendSome(1), SqliteInfra.layer({ folder }))
      const broken = inFile(folder, (connection) => LogChain.firstBreak(connection, partition))
      assert.isUndefined(broken)
      assert.strictEqual(endOf(folder), RECORDS + 1)
    }))

  it.live("is not disturbed by an engine that works while a command looks at the folder", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const engine = yield* Layer.build(SqliteInfra.layer({ folder }))
      yield* Effect.forkScoped(Effect.provide(Effect.forever(appendSome()), engine))
      for (let n = 0; n < 40; n++) {
        assert.deepStrictEqual(yield* SqliteInfra.losses({ folder }), [])
        yield* Effect.sleep("5 millis")
      }
    }))
})

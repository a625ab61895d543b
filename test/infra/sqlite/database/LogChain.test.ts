/** Records that are not the ones that were appended, one change at a time. */
import { assert, describe, it } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { LogDamaged, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import type { Connection } from "@flash-sale/infra/sqlite/database/Connection"
import * as LogChain from "@flash-sale/infra/sqlite/database/LogChain"
import { EMBEDDED_PARTITIONS } from "@flash-sale/infra/sqlite/database/Migrations"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteLogReader from "@flash-sale/infra/sqlite/SqliteLogReader"
import * as SqliteOrderLog from "@flash-sale/infra/sqlite/SqliteOrderLog"
import { Effect, Layer, Result, Stream } from "effect"

const itemId = ItemId.make("101")
const partition = home(itemId, EMBEDDED_PARTITIONS)
const RECORDS = 10
const layer = Layer.merge(SqliteLogReader.layer, SqliteOrderLog.layer).pipe(
  Layer.provideMerge(Layer.fresh(SqliteDatabase.layer("memory")))
)

const appended = Effect.gen(function*() {
  const { append } = yield* OrderLog
  for (let n = 0; n < RECORDS; n++) {
    yield* append({ itemId, value: `{"request_id":"r-${n}","amount":1}`, headers: { type: "place", attempt: `${n}` } })
  }
})

const change = Effect.fnUntraced(function*(f: (connection: Connection) => void) {
  yield* (yield* SqliteDatabase.SqliteDatabase).write((connection) => {
    f(connection)
    return Result.void
  })
})

const sql = (text: string) => change((connection) => connection.script(text))

/** The offsets that are read, and what stops it. */
const read = Effect.fnUntraced(function*(from: number) {
  const offsets: Array<number> = []
  const stopped = yield* Stream.runForEach(
    (yield* LogReader).read(partition, from, RECORDS),
    (records) => Effect.sync(() => offsets.push(...records.map(({ offset }) => offset)))
  ).pipe(
    Effect.as(undefined),
    Effect.catchTag("LogDamaged", Effect.succeed)
  )
  return { offsets, stopped }
})

const upTo = (end: number) => Array.from({ length: end }, (_, offset) => offset)
const damaged = (offset: number, found: "another" | "nothing") =>
  new LogDamaged({ partition, offset: Offset.make(offset), found })

const set = (what: string) => `UPDATE log SET ${what} WHERE offset = 5`

const changes: ReadonlyArray<readonly [string, string, at: number, "another" | "nothing"]> = [
  ["a digit of the value", set("value = CAST(replace(CAST(value AS TEXT), ':1', ':2') AS BLOB)"), 5, "another"],
  ["an empty value", set("value = x''"), 5, "another"],
  ["the key", set("key = '102'"), 5, "another"],
  ["no key", set("key = NULL"), 5, "another"],
  ["a header", set("headers = replace(headers, 'place', 'plaze')"), 5, "another"],
  ["headers that cannot be read", set("headers = '{'"), 5, "another"],
  ["the time", set("timestamp = timestamp + 1"), 5, "another"],
  ["the digest itself", set("digest = digest + 1"), 5, "another"],
  ["a row that is gone", "DELETE FROM log WHERE offset = 5", 5, "nothing"],
  ["several rows that are gone", "DELETE FROM log WHERE offset IN (4, 5, 6)", 4, "nothing"],
  [
    "two rows that are swapped",
    `UPDATE log SET offset = 99 WHERE offset = 4; UPDATE log SET offset = 4 WHERE offset = 5;
     UPDATE log SET offset = 5 WHERE offset = 99`,
    4,
    "another"
  ],
  [
    "a row in the place of another",
    "DELETE FROM log WHERE offset = 6; UPDATE log SET offset = 6 WHERE offset = 5",
    5,
    "nothing"
  ],
  ["a row of another partition", `UPDATE log SET partition = ${(partition + 1) % 4} WHERE offset = 5`, 5, "nothing"]
]

describe("the chain of the log's digests", () => {
  for (const [name, text, at, found] of changes) {
    it.effect(`tells ${name}, and gives what is before it`, () =>
      Effect.gen(function*() {
        yield* appended
        yield* sql(text)
        assert.deepStrictEqual(yield* read(0), { offsets: upTo(at), stopped: damaged(at, found) })
        assert.deepStrictEqual(yield* (yield* LogReader).damage(partition, 0), damaged(at, found))
        const asIs = yield* Stream.runCollect((yield* LogReader).read(partition, 0, RECORDS, "as is"))
        assert.isNotEmpty(asIs.flat())
      }).pipe(Effect.provide(layer)))
  }

  it.effect("is checked from the record before on, wherever one begins", () =>
    Effect.gen(function*() {
      yield* appended
      yield* sql(set("timestamp = 7"))
      assert.deepStrictEqual(yield* read(5), { offsets: [], stopped: damaged(5, "another") })
      assert.deepStrictEqual(yield* read(6), { offsets: [6, 7, 8, 9], stopped: undefined })
      yield* sql("DELETE FROM log WHERE offset = 5")
      assert.deepStrictEqual(yield* read(6), { offsets: [], stopped: damaged(5, "nothing") })
      assert.deepStrictEqual(yield* read(7), { offsets: [7, 8, 9], stopped: undefined })
    }).pipe(Effect.provide(layer)))

  it.effect("goes on over what was accepted, also over a gap and headers that are none", () =>
    Effect.gen(function*() {
      yield* appended
      yield* sql("DELETE FROM log WHERE offset = 3; UPDATE log SET headers = '{' WHERE offset = 5")
      yield* change((connection) => LogChain.rechain(connection, partition, 3))
      yield* appended
      assert.deepStrictEqual((yield* read(0)).offsets, [0, 1, 2, 4, 5, 6, 7, 8, 9])
      assert.isUndefined(yield* (yield* LogReader).damage(partition, 0))
      const [records] = yield* Stream.runCollect((yield* LogReader).read(partition, 5, 6))
      assert.deepStrictEqual(records?.[0]?.headers, { type: "damaged" })
    }).pipe(Effect.provide(layer)))

  it.effect("begins above 0 where records were taken from the beginning", () =>
    Effect.gen(function*() {
      yield* appended
      yield* sql("DELETE FROM log WHERE offset < 3")
      assert.deepStrictEqual(yield* read(0), { offsets: [3, 4, 5, 6, 7, 8, 9], stopped: undefined })
    }).pipe(Effect.provide(layer)))
})

/** What a consumer of the embedded log is given from memory: what the file has, and never anything else. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { EMBEDDED_PARTITIONS } from "@flash-sale/infra/sqlite/database/Migrations"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as RecentRecords from "@flash-sale/infra/sqlite/database/writing/RecentRecords"
import * as LogAppend from "@flash-sale/infra/sqlite/log/LogAppend"
import * as LogRows from "@flash-sale/infra/sqlite/log/LogRows"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as SqliteOrderLog from "@flash-sale/infra/sqlite/SqliteOrderLog"
import { Context, Effect, Exit, Layer, Queue, Result } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Folders from "./Folders.ts"
import { taking } from "./Taking.ts"

const itemId = ItemId.make("101")
const partition = home(itemId, EMBEDDED_PARTITIONS)
const newRecord = (n: number) => ({
  itemId,
  value: `{"request_id":"r-${n}","name":"é\u{1F45F}"}`,
  headers: { type: "place", attempt: String(n), metadata: `{"a":"\\"${n}"}` }
})

const layer = SqliteOrderLog.layer.pipe(Layer.provideMerge(Layer.fresh(SqliteDatabase.layer("memory"))))

const record = (offset: number, bytes = 1): LogRecord => ({
  partition,
  offset: Offset.make(offset),
  timestamp: 0,
  key: "101",
  value: new Uint8Array(bytes),
  headers: {}
})
const offsets = (records: ReadonlyArray<LogRecord>) => records.map(({ offset }) => Number(offset))

describe("RecentRecords", () => {
  it("gives records once, in their order, as many as are asked for", () => {
    const recent = RecentRecords.make()
    for (let offset = 5; offset < 12; offset++) recent.add(record(offset))
    assert.deepStrictEqual(recent.take(partition, 4, 10), [], "the first one is in the file alone")
    assert.deepStrictEqual(offsets(recent.take(partition, 6, 3)), [6, 7, 8])
    assert.deepStrictEqual(recent.take(partition, 6, 3), [], "they are let go")
    assert.deepStrictEqual(offsets(recent.take(partition, 9, 100)), [9, 10, 11])
    assert.deepStrictEqual(recent.take(partition, 12, 100), [])
    assert.deepStrictEqual(recent.take(PartitionId.make(partition + 1), 0, 100), [])
  })

  it("begins anew behind a gap, and at an offset that was there before", () => {
    const recent = RecentRecords.make()
    for (const offset of [1, 2, 4, 5]) recent.add(record(offset))
    assert.deepStrictEqual(recent.take(partition, 1, 10), [])
    recent.add(record(3))
    assert.deepStrictEqual(offsets(recent.take(partition, 3, 10)), [3])
  })

  it("keeps the last ones of many and of large ones", () => {
    const recent = RecentRecords.make()
    for (let offset = 0; offset < 10_000; offset++) recent.add(record(offset))
    assert.deepStrictEqual(recent.take(partition, 7_000, 10), [])
    assert.deepStrictEqual(offsets(recent.take(partition, 9_500, 2)), [9_500, 9_501])
    for (let offset = 10_000; offset < 10_100; offset++) recent.add(record(offset, 1024 * 1024))
    assert.deepStrictEqual(recent.take(partition, 10_090, 10), [])
    assert.deepStrictEqual(offsets(recent.take(partition, 10_099, 10)), [10_099])
  })

  it.effect("what is given is what the file has", () =>
    Effect.gen(function*() {
      const { append } = yield* OrderLog
      const { read, recent } = yield* SqliteDatabase.SqliteDatabase
      for (let n = 0; n < 20; n++) yield* append(newRecord(n))
      const written = yield* read((connection) => LogRows.recordsFrom(connection, partition, 0, 100))
      const given = recent.take(partition, 0, 100)
      assert.strictEqual(given.length, 20)
      for (const [n, one] of given.entries()) assert.deepStrictEqual(one, written.records[n])
    }).pipe(Effect.provide(layer)))

  it.effect("a worker gets it from memory once, and what it reads again from the file", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const { write } = yield* SqliteDatabase.SqliteDatabase
      for (let n = 0; n < 3; n++) yield* log.append(newRecord(n))
      yield* write((connection) => {
        connection.run("UPDATE log SET value = x'00' WHERE offset = 1")
        return Result.void
      })
      const seen = yield* Queue.unbounded<ReadonlyArray<number> | string>()
      yield* Effect.forkScoped(log.consume((owned) =>
        owned.partition !== partition ? owned.revoked : Effect.gen(function*() {
          for (let time = 0; time < 2; time++) {
            yield* owned.seek(Offset.make(0))
            yield* Queue.offer(seen, offsets(yield* owned.take(10)))
          }
          yield* owned.take(10)
        }).pipe(
          Effect.catch((error) => Queue.offer(seen, error._tag)),
          Effect.andThen(owned.revoked)
        )
      ))
      assert.deepStrictEqual(yield* Queue.take(seen), [0, 1, 2])
      assert.deepStrictEqual(yield* Queue.take(seen), [0], "up to what is not the record that was written")
      assert.strictEqual(yield* Queue.take(seen), "LogDamaged")
    }).pipe(Effect.provide(layer)))

  it.effect("of a file that is found damaged nothing is given from memory either", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const { read } = yield* SqliteDatabase.SqliteDatabase
      yield* log.append(newRecord(1))
      const folder = yield* Folders.temporary
      const garbage = join(folder, "garbage")
      yield* Effect.promise(() => writeFile(garbage, "no database".repeat(1_000)))
      const found = read((connection) => {
        connection.script(`ATTACH '${garbage}' AS garbage`)
        connection.script("SELECT * FROM garbage.sqlite_schema")
      })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(found)))
      const seen = yield* Queue.unbounded<string>()
      yield* Effect.forkScoped(log.consume((owned) =>
        owned.partition !== partition ? owned.revoked : Effect.andThen(owned.seek(Offset.make(0)), owned.take(10)).pipe(
          Effect.match({ onFailure: ({ _tag }) => _tag, onSuccess: () => "given" }),
          Effect.flatMap((what) => Queue.offer(seen, what)),
          Effect.andThen(owned.revoked)
        )
      ))
      assert.strictEqual(yield* Queue.take(seen), "LogUnavailable")
    }).pipe(Effect.provide(layer)))

  it.effect("what is undone is not given", () =>
    Effect.gen(function*() {
      const { recent, write } = yield* SqliteDatabase.SqliteDatabase
      const row = LogAppend.rowOf(newRecord(1), EMBEDDED_PARTITIONS, 0)
      const refused = write<never, "refused">((connection, writing) => {
        LogAppend.appender(connection, writing, recent)(row)
        return Result.fail("refused")
      })
      assert.strictEqual(yield* Effect.flip(refused), "refused")
      const broken = write<never>((connection, writing) => {
        LogAppend.appender(connection, writing, recent)(row)
        connection.run("INSERT INTO there_is_no_such_table VALUES (1)")
        return Result.void as never
      })
      yield* Effect.exit(broken)
      assert.deepStrictEqual(recent.take(partition, 0, 10), [])
      const { append } = yield* OrderLog
      yield* append(newRecord(2))
      assert.deepStrictEqual(offsets(recent.take(partition, 0, 10)), [0])
    }).pipe(Effect.provide(layer)))

  it.live("a worker misses and repeats nothing while another process appends in between", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const engine = Context.get(yield* Layer.build(SqliteInfra.layer({ folder })), OrderLog)
      const beside = Context.get(yield* Layer.build(SqliteInfra.layerBeside({ folder })), OrderLog)
      const taken = yield* Queue.unbounded<LogRecord>()
      yield* Effect.forkScoped(engine.consume(taking(partition, 7, taken)))
      for (let n = 0; n < 300; n++) yield* (n % 5 === 0 ? beside : engine).append(newRecord(n))
      const all = yield* Effect.forEach(Array.from({ length: 300 }), () => Queue.take(taken))
      assert.deepStrictEqual(offsets(all), Array.from({ length: 300 }, (_, n) => n))
      assert.deepStrictEqual(
        all.map(({ headers }) => Number(headers["attempt"])),
        Array.from({ length: 300 }, (_, n) => n)
      )
    }), 20_000)
})

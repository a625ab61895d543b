/** Records in a partition that is not their item's home: they take their place there, and are folded there. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { counts, order } from "../Placing.ts"

const OWN = "101"
/** An item that is at home elsewhere. */
const STRAY = Array.from({ length: 100 }, (_, n) => `stray-${n}`).find((item) =>
  home(ItemId.make(item), OnePartition.PARTITIONS) !== home(ItemId.make(OWN), OnePartition.PARTITIONS)
)!

/** A worker of a partition with these records, and what it appended. */
const worked = Effect.fnUntraced(function*(written: ReadonlyArray<OnePartition.Written>, isCommitted = false) {
  const log = yield* OrderLog
  const appended: Array<NewRecord> = []
  const { owned, partition, seen } = yield* OnePartition.make(OWN, written, { isCommitted })
  yield* Effect.forkChild(
    Effect.provideService(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })), OrderLog, {
      ...log,
      append: (record) => Effect.tap(log.append(record), () => Effect.sync(() => appended.push(record)))
    })
  )
  yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 50 })
  return { appended, partition, seen }
})

const ports = Layer.mergeAll(
  ProcessorState.layer,
  SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
  SqliteInfra.layerMemory,
  Logger.layer([])
)

describe("Records outside of their item's home", () => {
  it.effect("a record outside its item's home is forwarded as it is, with its origin, and not folded here", () =>
    Effect.gen(function*() {
      const { headers, value } = order("r-1", STRAY)
      const { appended, partition, seen } = yield* worked([{ key: STRAY, headers, value }])
      assert.deepStrictEqual(appended, [{
        itemId: ItemId.make(STRAY),
        value,
        headers: { ...headers, origin: `${partition}:0` }
      }])
      assert.strictEqual(seen.committed, 1)
      assert.strictEqual((yield* counts(STRAY)).sold, 0)
    }).pipe(Effect.provide(ports)))

  it.effect("a forwarded record without a time is accepted when it was produced", () =>
    Effect.gen(function*() {
      const { value } = order("r-1", STRAY)
      const { appended } = yield* worked([{ key: STRAY, headers: {}, value }, {
        key: STRAY,
        headers: { type: "cancel" },
        value: JSON.stringify({ request_id: "r-1", attempt: 1 })
      }])
      assert.deepStrictEqual(appended.map(({ headers }) => headers["accepted_at"]), ["1000", undefined])
    }).pipe(Effect.provide(ports)))

  it.effect("a record that is no text is not forwarded, but dead-lettered byte for byte", () =>
    Effect.gen(function*() {
      const value = Uint8Array.of(0x7b, 0xff, 0x00, 0xfe)
      const { appended, partition, seen } = yield* worked([{ key: STRAY, headers: {}, value }])
      assert.deepStrictEqual(appended, [])
      const letters = yield* (yield* DeadLetters).list(10)
      assert.deepStrictEqual(
        letters.map((letter) => [letter.partition, Number(letter.offset), letter.key, letter.error, [...letter.value]]),
        [[partition, 0, STRAY, "Invalid Order Format", [...value]]]
      )
      assert.strictEqual(seen.committed, 1)
    }).pipe(Effect.provide(ports)))

  it.effect("a record that was forwarded and is not at home is a dead letter, and is not forwarded again", () =>
    Effect.gen(function*() {
      const { headers, value } = order("r-1", STRAY)
      const written = { key: STRAY, headers: { ...headers, origin: "3:9" }, value }
      const { appended, partition, seen } = yield* worked([written])
      assert.deepStrictEqual(appended, [])
      const letters = yield* (yield* DeadLetters).list(10)
      assert.deepStrictEqual(
        letters.map((letter) => [letter.partition, Number(letter.offset), letter.key, letter.error]),
        [[partition, 0, STRAY, "Invalid Order Format"]]
      )
      assert.strictEqual(seen.committed, 1)
    }).pipe(Effect.provide(ports)))

  it.effect("where home numbers disagree each record is forwarded once at the most, and then is a dead letter", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const count = yield* log.partitions
      const isLost = (item: string) => home(ItemId.make(item), count) !== home(ItemId.make(item), count + 1)
      const items = Array.from({ length: 20 }, (_, n) => `lost-${n}`).filter(isLost)
      const appended: Array<string> = []
      const append: typeof log.append = (record) =>
        Effect.tap(log.append(record), () => Effect.sync(() => appended.push(record.itemId)))
      yield* Effect.forEach(items, (item) => log.append(order(`r-${item}`, item)))
      // To this processor items have other homes than to those who append.
      yield* Layer.build(Layer.provide(
        Processor.layer,
        Layer.succeed(OrderLog, { ...log, append, partitions: Effect.succeed(count + 1) })
      ))
      yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 100 })
      assert.deepStrictEqual(appended.toSorted(), items.toSorted())
      const letters = yield* (yield* DeadLetters).list(100)
      assert.deepStrictEqual(letters.map(({ key }) => key).toSorted(), items.toSorted())
    }).pipe(Effect.scoped, Effect.provide(ports)))

  it.effect("a record is forwarded once: below the committed offset it was forwarded before", () =>
    Effect.gen(function*() {
      const { headers, value } = order("r-1", STRAY)
      const { appended } = yield* worked([{ key: STRAY, headers, value }], true)
      assert.deepStrictEqual(appended, [])
    }).pipe(Effect.provide(ports)))
})

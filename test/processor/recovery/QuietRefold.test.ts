/**
 * What was published and told is folded again quietly: on random histories that leaves the store, the statuses, the
 * charges and the records of the log that it leaves where actors read each record.
 */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ENDED_KEPT_MILLIS, OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { CallOrders } from "@flash-sale/processor/item/FoldCallSize"
import { CatchUpLimits, MAX_UNFINISHED } from "@flash-sale/processor/partition/CatchUp"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import * as Histories from "../../domain/Histories.ts"
import * as MemoryEvents from "../events/MemoryEvents.ts"
import * as OnePartition from "../OnePartition.ts"

const HISTORIES = 60
const SIZE = 60
const SEED = "quiet refolds"
const ITEM = "101"

type History = ReadonlyArray<LoggedCommand>

const writtenOf = ({ command }: LoggedCommand): OnePartition.Written => {
  if (command._tag !== "Unreadable") return OnePartition.written(LogRecord.encode(ItemId.make(ITEM), command))
  const headers = command.requestId === undefined ? {} : { request_id: command.requestId }
  return { key: ITEM, headers, value: "no order" }
}

/**
 * A status without its time. Of a refund that is long past the quiet one is that of the log's end, with payments that
 * are due since then.
 */
const shown = (status: StatusLookup) =>
  status._tag !== "Kept" ? status._tag : {
    ...status.record,
    updatedAt: undefined,
    ...(status.record.status === "REFUNDED" ? { refundDue: undefined } : {})
  }

/** What is left by a worker of a log that was committed as a whole. Where nothing was told, actors read it. */
const left = Effect.fnUntraced(function*(history: History, at: number, by: "actors" | "quietly") {
  yield* TestClock.setTime(at)
  const charged = new Set<string>()
  const appended = new Set<string>()
  const { it: events, layer: eventsLayer } = MemoryEvents.make()
  const { owned, partition } = yield* OnePartition.make(ITEM, history.map(writtenOf), { isCommitted: true })
  const nothingTold = { partition, next: Offset.make(0), event: undefined as never, traceparent: undefined }
  if (by === "actors") events.told.push(nothingTold)
  const ports = Layer.mergeAll(
    ProcessorState.layer,
    eventsLayer,
    Layer.succeed(PaymentProvider, {
      charge: ({ key }) => Effect.sync(() => void charged.add(key)).pipe(Effect.as("paid" as const)),
      lookUp: () => Effect.undefined,
      void: (key) => Effect.sync(() => void charged.add(key))
    })
  ).pipe(Layer.provideMerge(SqliteInfra.layerMemory))
  return yield* Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    yield* PartitionWorker.work(owned, PaymentSlots.make({ charges: 10 })).pipe(
      Effect.provideService(OrderLog, {
        ...log,
        append: (record) => Effect.tap(log.append(record), () => Effect.sync(() => appended.add(record.value)))
      }),
      Effect.forkChild
    )
    yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 30 })
    const statuses = yield* OrderStatuses
    const found = yield* Effect.forEach(Histories.requestIds, (requestId) => statuses.read(requestId))
    const { held, isComplete, position, refused, sold, stocked } = yield* store.read(partition, ItemId.make(ITEM))
    return {
      counts: { held, isComplete, position, refused, sold, stocked },
      statuses: found.map(shown),
      charged: [...charged].toSorted(),
      appended: [...appended].toSorted()
    }
  }).pipe(Effect.provide(ports), Effect.scoped)
})

describe("A quiet refold", () => {
  const cases = [
    ["where buyers may still ask for statuses", 0, MAX_UNFINISHED],
    ["where statuses are past their time", ENDED_KEPT_MILLIS + 60_000, MAX_UNFINISHED],
    ["where too many orders are open for it to go on", 0, 2]
  ] as const
  for (const [what, age, unfinished] of cases) {
    it.effect(`leaves what actors leave, ${what}`, () =>
      Effect.gen(function*() {
        const histories = yield* Histories.histories(SEED, SIZE, HISTORIES)
        const seen = { charged: 0, appended: 0, statuses: 0 }
        for (const history of histories) {
          const quietly = yield* left(history, age, "quietly")
          const byActors = yield* left(history, age, "actors")
          assert.deepStrictEqual(quietly, byActors)
          seen.charged += quietly.charged.length
          seen.appended += quietly.appended.length
          seen.statuses += quietly.statuses.filter((status) => typeof status !== "string").length
        }
        assert.isAbove(seen.charged, 0)
        assert.isAbove(seen.appended, 0)
        assert.isAbove(seen.statuses, 0)
      }).pipe(
        Effect.provideService(References.MinimumLogLevel, "None"),
        Effect.provideService(CallOrders, 3),
        Effect.provideService(CatchUpLimits, { gathered: 7, unfinished })
      ), 120_000)
  }
})

/**
 * The open holds and the waiting refunds of a partition: what the folds tell of them, what is found in the store after
 * a recovery, and what is to be done about them then. They outlive the actors of their items, which may leave memory.
 */
import type { FoundOpen, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Slots } from "@flash-sale/infra/actor/Slots"
import * as CheckoutMetrics from "@flash-sale/infra/observability/metrics/CheckoutMetrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect, Metric, type Scope } from "effect"
import type { Action } from "../order/Action.ts"
import type { PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"
import * as DueTimes from "./DueTimes.ts"
import * as Expiries from "./Expiries.ts"
import { HoldLimits } from "./HoldLimits.ts"
import * as NewestAccepted from "./NewestAccepted.ts"
import * as OpenPages from "./OpenPages.ts"
import * as Refunds from "./Refunds.ts"

/** How often it is looked which holds are over, and which refunds are to be asked for again. */
export const LOOK_EVERY = Duration.millis(250)
/** Looks from one report of the gauges to the next. */
const REPORT_EVERY = 4
/** Looks from one to the next that reads again what there was no room for. */
const READ_AGAIN_EVERY = 40

export interface Holds {
  /** A fold of the item has decided this. */
  readonly follow: (itemId: ItemId, action: Action) => void
  /** The item is stopped: what it holds waits for its repair, and the recovery after it. */
  readonly leave: (itemId: ItemId) => void
  /** New records were taken from the log, in its order. */
  readonly took: (records: ReadonlyArray<LogRecord>) => void
  /** Once the recovery is over: expires what is over, and has refunds paid, for ever. */
  readonly work: Effect.Effect<never, RecoveryNeeded>
}

const keyOf = (itemId: ItemId, requestId: RequestId): string => `${itemId} ${requestId}`

export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  slots: Slots
): Effect.fn.Return<Holds, never, ItemStore | PaymentProvider | ProcessorState | Scope.Scope> {
  const store = yield* Effect.context<ItemStore>()
  const clock = yield* Clock.Clock
  const monotonic = yield* Monotonic.reader
  const limits = yield* HoldLimits
  const dueTimes = DueTimes.make(clock.currentTimeMillisUnsafe())
  const refunds = yield* Refunds.make(run, slots)
  const newest = NewestAccepted.make()
  const stopped = new Set<ItemId>()
  /** Items of which there was no room for all. */
  const beyond = new Set<ItemId>()
  /** What has ended while the store is read: a page may be older than that. Undefined while it is not read. */
  let ended: Set<string> | undefined
  let isRead = false

  const open = (itemId: ItemId, hold: NonNullable<Action["opened"]>): void => {
    if (stopped.has(itemId)) return
    if (dueTimes.size() >= limits.holds) beyond.add(itemId)
    else dueTimes.open(itemId, hold, { wall: clock.currentTimeMillisUnsafe(), monotonic: monotonic() })
  }

  const wait = (itemId: ItemId, order: NonNullable<Action["refunding"]>): void => {
    if (stopped.has(itemId)) return
    if (refunds.size() >= limits.refunds) beyond.add(itemId)
    else refunds.add(order)
  }

  const onFound = (itemId: ItemId, { open: { dueAt, ...trace }, order, requestId }: FoundOpen): void => {
    if (ended?.has(keyOf(itemId, requestId)) === true) return
    if (order.state === "refunding") wait(itemId, { ...trace, itemId, requestId, attempt: order.attempt })
    else if (order.state === "open" && dueAt !== undefined) open(itemId, { ...trace, requestId, dueAt })
  }

  const reading = (read: Effect.Effect<void, RecoveryNeeded, ItemStore>): Effect.Effect<void, RecoveryNeeded> =>
    Effect.suspend(() => {
      ended = new Set()
      return Effect.provideContext(read, store)
    }).pipe(Effect.ensuring(Effect.sync(() => void (ended = undefined))))

  const readAll = Effect.andThen(
    reading(OpenPages.ofPartition(run.partition, onFound)),
    Effect.sync(() => void (isRead = true))
  )

  const readAgain = Effect.suspend(() => {
    const hasRoom = dueTimes.size() <= limits.holds / 2 || refunds.size() <= limits.refunds / 2
    if (!isRead || beyond.size === 0 || !hasRoom) return Effect.void
    const items = [...beyond]
    beyond.clear()
    const one = (itemId: ItemId) => OpenPages.ofItem(run.partition, itemId, onFound)
    return reading(Effect.forEach(items, one, { discard: true }))
  })

  const report = Effect.gen(function*() {
    const since = newest.millis() === undefined ? undefined : dueTimes.overdueSince(newest.millis()!)
    yield* Metric.update(CheckoutMetrics.holdsOpen(run.partition), dueTimes.size())
    const overdue = since === undefined ? 0 : (newest.millis()! - since) / 1000
    yield* Metric.update(CheckoutMetrics.holdsOverdue(run.partition), overdue)
    yield* Metric.update(CheckoutMetrics.refundsWaiting(run.partition), refunds.size())
  })

  const expire = Effect.gen(function*() {
    while (yield* Expiries.append(run, dueTimes)) yield* Effect.yieldNow
    yield* Effect.sleep(LOOK_EVERY)
  })

  // Not behind a log that takes nothing now.
  let looks = 0
  const look = Effect.gen(function*() {
    yield* refunds.look
    if (looks % REPORT_EVERY === 0) yield* report
    if (++looks % READ_AGAIN_EVERY === 0) yield* readAgain
    yield* Effect.sleep(LOOK_EVERY)
  })

  const recovered = Effect.repeat(Effect.delay(Effect.sync(run.isRecovered), LOOK_EVERY), { until: (is) => is })

  return {
    follow: (itemId, { ended: over, opened, refunded, refunding }) => {
      const gone = over ?? refunded
      if (gone !== undefined) {
        ended?.add(keyOf(itemId, gone))
        dueTimes.end(itemId, gone)
        if (refunded !== undefined) refunds.end(itemId, refunded)
      }
      if (opened !== undefined) open(itemId, opened)
      if (refunding !== undefined) wait(itemId, refunding)
    },
    leave: (itemId) => {
      stopped.add(itemId)
      dueTimes.forget(itemId)
      refunds.forget(itemId)
    },
    took: newest.took,
    work: recovered.pipe(
      // What the folds have told is expired meanwhile.
      Effect.andThen(
        Effect.raceAllFirst([Effect.andThen(readAll, Effect.never), Effect.forever(expire), Effect.forever(look)])
      )
    )
  }
})

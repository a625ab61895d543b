/**
 * Refunds that wait for the payment provider: each charge is voided, however often and however long that has to be
 * asked for. They begin with the fold, hold up no commit, and are found again in it after a recovery.
 *
 * **Details**: a request has a place only while it is under way, so that refunds which the provider refuses for days
 * keep no other from its own.
 */
import type { PaymentError, PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as SlotLine from "@flash-sale/infra/actor/SlotLine"
import type { Release, Slots } from "@flash-sale/infra/actor/Slots"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, FiberSet, Metric, Random, type Scope } from "effect"
import type { ChargeRef } from "../order/OpenOrder.ts"
import * as Charges from "../payment/Charges.ts"
import { actorFailed, type PartitionRun } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"

/** How long to wait after a first failure, and at the most; twice as long after each further one. */
const FIRST_PAUSE = Duration.seconds(1)
const LONGEST_PAUSE = Duration.minutes(5)
/** By how much a pause may be shorter or longer, so that not all come at the same moment. */
const JITTER = 0.2
/** After so long a charge whose refund is not folded is voided again, which changes nothing. */
const VOID_AGAIN_AFTER = Duration.minutes(1)

interface Waiting {
  readonly order: ChargeRef
  failures: number
  /** Before this moment it is not asked for, as `Monotonic.now` gives it. */
  notBefore: number
  /** It has a place, or waits for one. */
  isAsked: boolean
}

export interface Refunds {
  /** Notes a refund; one that is known stays as it is. */
  readonly add: (order: ChargeRef) => void
  readonly end: (itemId: ItemId, requestId: RequestId) => void
  /** The item is stopped: its refunds wait for its repair. */
  readonly forget: (itemId: ItemId) => void
  readonly size: () => number
  /** Begins with those whose pause is over. */
  readonly look: Effect.Effect<void>
}

/** Works until its scope closes: what is interrupted is asked for again. */
export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  slots: Slots
): Effect.fn.Return<Refunds, never, PaymentProvider | ProcessorState | Scope.Scope> {
  const charges = yield* Charges.make(run)
  const fork = yield* FiberSet.makeRuntime<never, unknown, unknown>()
  const items = new Map<ItemId, Map<RequestId, Waiting>>()
  let size = 0

  const noteFailure = Effect.fnUntraced(function*(waiting: Waiting, error: PaymentError) {
    yield* charges.reportNotVoided(waiting.order, error, waiting.failures)
    const pause = Math.min(
      Duration.toMillis(FIRST_PAUSE) * 2 ** waiting.failures++,
      Duration.toMillis(LONGEST_PAUSE)
    )
    waiting.notBefore = (yield* Monotonic.now) + pause * (yield* Random.nextBetween(1 - JITTER, 1 + JITTER))
  })

  const settle = Effect.fnUntraced(function*(waiting: Waiting) {
    const { attempt, itemId, requestId } = waiting.order
    const settled = Command.Settle({ settlements: [{ requestId, attempt, outcome: "voided" }] })
    yield* Metric.update(Metrics.paymentsTotal("voided"), 1)
    yield* run.append(LogRecord.concerning(LogRecord.encode(itemId, settled), requestId, waiting.order))
    waiting.notBefore = (yield* Monotonic.now) + Duration.toMillis(VOID_AGAIN_AFTER)
  })

  const request = (waiting: Waiting): Effect.Effect<void> =>
    Effect.matchEffect(charges.voidCharge(waiting.order), {
      onSuccess: () => settle(waiting),
      onFailure: (error) => noteFailure(waiting, error)
    }).pipe(Effect.catchDefect(actorFailed(run, waiting.order.itemId)))

  const line = yield* SlotLine.make<Waiting>(slots, (waiting, release: Release) => {
    fork(request(waiting)).addObserver(() => {
      waiting.isAsked = false
      release()
    })
  })

  const leave = (waiting: Waiting): void => {
    size--
    line.leave(waiting)
  }

  return {
    add: (order) => {
      let item = items.get(order.itemId)
      if (item === undefined) items.set(order.itemId, item = new Map())
      if (item.has(order.requestId)) return
      item.set(order.requestId, { order, failures: 0, notBefore: Number.NEGATIVE_INFINITY, isAsked: false })
      size++
    },
    end: (itemId, requestId) => {
      const item = items.get(itemId)
      const waiting = item?.get(requestId)
      if (item === undefined || waiting === undefined) return
      item.delete(requestId)
      if (item.size === 0) items.delete(itemId)
      leave(waiting)
    },
    forget: (itemId) => {
      for (const waiting of items.get(itemId)?.values() ?? []) leave(waiting)
      items.delete(itemId)
    },
    size: () => size,
    look: Effect.map(Monotonic.now, (now) => {
      for (const item of items.values()) {
        for (const waiting of item.values()) {
          if (waiting.isAsked || waiting.notBefore > now) continue
          waiting.isAsked = true
          line.enter(waiting)
        }
      }
    })
  }
})

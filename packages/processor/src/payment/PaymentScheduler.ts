/** The payments of one item that are under way, and those that wait until the recovery is over. */
import {
  type ChargeResult,
  type PaymentError,
  type PaymentProvider,
  PaymentRefused,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { InFlight, Leave, Visitor } from "@flash-sale/infra/actor/Slots"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Cause, Effect, Exit, FiberSet, type Scope } from "effect"
import type { OpenOrder } from "../order/OpenOrder.ts"
import { actorFailed, type Run } from "../run/PartitionRun.ts"
import * as Charges from "./Charges.ts"
import * as SettlementWriter from "./SettlementWriter.ts"

/** Payments under way in one process; further ones wait. */
export const MAX_PAYMENTS_IN_FLIGHT = 1_000

export interface Payments {
  /** Charges or voids for the order; while the worker recovers, later. */
  readonly follow: (order: OpenOrder) => void
  /** Begins what was held back, of the orders that are open now. */
  readonly start: (open: Iterable<OpenOrder>) => Effect.Effect<void>
}

/** They end with their scope: an interrupted question is asked again under the same key. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: Run,
  inFlight: InFlight
): Effect.fn.Return<Payments, never, PaymentProvider | Scope.Scope> {
  const context = yield* Effect.context<never>()
  const charges = yield* Charges.make(itemId, run, inFlight)
  const settlements = yield* SettlementWriter.make(itemId, run)
  const fork = yield* FiberSet.makeRuntime<never, unknown, unknown>()
  let hasEnded = false
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      hasEnded = true
    })
  )

  // A bug must not leave an order held for ever in silence.
  const loudly = (effect: Effect.Effect<void>) => fork(Effect.catchDefect(effect, actorFailed(run, itemId)))

  const settle = (order: OpenOrder, outcome: ChargeResult, leave: Leave): void => {
    Metrics.paymentsTotal(outcome).updateUnsafe(1, context)
    settlements.settle(order, outcome, leave)
  }

  /** The place is taken until the outcome is in the log. Whoever was interrupted settles nothing. */
  const insist = (order: OpenOrder, error: PaymentError, leave: Leave): void => {
    const settled = Effect.map(
      charges.insist(order, error),
      (outcome) => outcome === undefined ? leave() : settle(order, outcome, leave)
    )
    loudly(settled).addObserver((exit) => {
      if (Exit.isFailure(exit)) leave()
    })
  }

  const answered = (order: OpenOrder, leave: Leave, exit: Exit.Exit<ChargeResult, PaymentError>): void => {
    if (Exit.isSuccess(exit)) return settle(order, exit.value, leave)
    const failure = Cause.squash(exit.cause)
    if (failure instanceof PaymentUnknown || failure instanceof PaymentRefused) return insist(order, failure, leave)
    leave()
    if (!Cause.hasInterruptsOnly(exit.cause)) loudly(Effect.die(failure))
  }

  const voidCharge = (order: OpenOrder): Effect.Effect<void> =>
    Effect.andThen(
      charges.voidCharge(order),
      Effect.callback<void>((resume) => settlements.settle(order, "voided", () => resume(Effect.void)))
    )

  const charging: Visitor<OpenOrder> = {
    begin: (order, leave) => {
      fork(charges.charge(order)).addObserver((exit) => answered(order, leave, exit))
    },
    hasLeft: () => hasEnded
  }

  const begin = (order: OpenOrder): void => {
    if (order.voiding) {
      loudly(voidCharge(order))
      return
    }
    inFlight.enter(charging, order)
  }

  return {
    follow: (order) => {
      if (run.isRecovered()) begin(order)
      else order.isHeldBack = true
    },
    start: (open) =>
      Effect.sync(() => {
        for (const order of open) {
          if (!order.isHeldBack) continue
          order.isHeldBack = false
          begin(order)
        }
      })
  }
})

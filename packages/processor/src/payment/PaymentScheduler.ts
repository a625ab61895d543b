/** The payments of one item that are under way, and those that wait until the recovery is over. */
import {
  ChargeRejected,
  type ChargeResult,
  type PaymentError,
  type PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import type { PaymentOutcome } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as SlotLine from "@flash-sale/infra/actor/SlotLine"
import type { Release } from "@flash-sale/infra/actor/Slots"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Cause, Effect, Exit, FiberSet, type Scope } from "effect"
import type { Action } from "../order/Action.ts"
import type { OpenOrder } from "../order/OpenOrder.ts"
import { actorFailed, type PartitionRun } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"
import * as Charges from "./Charges.ts"
import type { PaymentSlots } from "./PaymentSlots.ts"
import * as SettlementWriter from "./SettlementWriter.ts"
import * as Voids from "./Voids.ts"

export interface PaymentScheduler {
  /** Charges or voids as the action says; while the worker recovers, later. */
  readonly follow: (action: Action) => void
  /** Begins what was held back, of the orders that are open now. */
  readonly start: (open: Iterable<OpenOrder>) => Effect.Effect<void>
}

/** They end with their scope: an interrupted request is made again under the same key. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: PartitionRun,
  slots: PaymentSlots
): Effect.fn.Return<PaymentScheduler, never, PaymentProvider | ProcessorState | Scope.Scope> {
  const context = yield* Effect.context<never>()
  const charges = yield* Charges.make(run)
  const settlements = yield* SettlementWriter.make(itemId, run)
  const fork = yield* FiberSet.makeRuntime<never, unknown, unknown>()

  // A bug must not leave an order held for ever in silence: it ends the run.
  const forkGuarded = (effect: Effect.Effect<void>) => fork(Effect.catchDefect(effect, actorFailed(run, itemId)))

  /** The slot is taken until the outcome is in the log. */
  const settle = (order: OpenOrder, outcome: PaymentOutcome, release: Release): void => {
    Metrics.paymentsTotal(outcome).updateUnsafe(1, context)
    settlements.settle(order, outcome, release)
  }

  /** Asks again after a failure. What is interrupted settles nothing. */
  const insist = (order: OpenOrder, error: PaymentError, release: Release): void => {
    const answered = slots.askAgain()
    const settled = Effect.map(
      charges.insist(order, error),
      (outcome) => outcome === undefined ? release() : settle(order, outcome, release)
    )
    forkGuarded(settled).addObserver((exit) => {
      answered()
      if (Exit.isFailure(exit)) release()
    })
  }

  const onAnswer = (order: OpenOrder, release: Release, exit: Exit.Exit<ChargeResult, PaymentError>): void => {
    if (Exit.isSuccess(exit)) return settle(order, exit.value, release)
    const failure = Cause.squash(exit.cause)
    if (failure instanceof PaymentUnknown || failure instanceof ChargeRejected) return insist(order, failure, release)
    release()
    if (!Cause.hasInterruptsOnly(exit.cause)) forkGuarded(Effect.die(failure))
  }

  const charging = yield* SlotLine.make<OpenOrder>(slots.charges, (order, release) => {
    fork(charges.charge(order)).addObserver((exit) => onAnswer(order, release, exit))
  })
  const voids = yield* Voids.make({
    charges,
    slots: slots.voids,
    onVoided: (order, release) => settle(order, "voided", release),
    fork: forkGuarded
  })

  const begin = (order: OpenOrder): void => {
    if (!order.voiding) return charging.enter(order)
    // A charge that has not begun is not needed any more.
    charging.leave(order)
    voids.begin(order)
  }

  return {
    follow: ({ closed, held, voidCharge }) => {
      const order = held ?? voidCharge
      if (order !== undefined) {
        if (run.isRecovered()) begin(order)
        else order.isHeldBack = true
      }
      if (closed !== undefined) charging.leave(closed)
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

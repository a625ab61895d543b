/** The payments of one item that are under way, and those that wait until the recovery is over. */
import {
  ChargeRejected,
  type ChargeResult,
  type PaymentError,
  type PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Release, Slots, SlotUser } from "@flash-sale/infra/actor/Slots"
import type { Leave } from "@flash-sale/infra/actor/WaitingLine"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Cause, Effect, Exit, FiberSet, type Scope } from "effect"
import type { Action } from "../order/Action.ts"
import type { OpenOrder } from "../order/OpenOrder.ts"
import { actorFailed, type PartitionRun } from "../run/PartitionRun.ts"
import * as Charges from "./Charges.ts"
import * as SettlementWriter from "./SettlementWriter.ts"

/** Payments under way in one process; further ones wait. */
export const MAX_PAYMENTS_IN_FLIGHT = 1_000

export interface PaymentScheduler {
  /** Charges or voids as the action says; while the worker recovers, later. */
  readonly follow: (action: Action) => void
  /** Begins what was held back, of the orders that are open now. */
  readonly start: (open: Iterable<OpenOrder>) => Effect.Effect<void>
}

/** They end with their scope: an interrupted question is asked again under the same key. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: PartitionRun,
  slots: Slots
): Effect.fn.Return<PaymentScheduler, never, PaymentProvider | Scope.Scope> {
  const context = yield* Effect.context<never>()
  const charges = yield* Charges.make(itemId, run, slots)
  const settlements = yield* SettlementWriter.make(itemId, run)
  const fork = yield* FiberSet.makeRuntime<never, unknown, unknown>()
  /** Orders whose charge waits for a place. */
  const waiting = new Map<OpenOrder, Leave>()
  // Before the fibers are interrupted: the places that they give back go to others.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const leave of waiting.values()) leave()
    })
  )

  // A bug must not release an order held for ever in silence.
  const loudly = (effect: Effect.Effect<void>) => fork(Effect.catchDefect(effect, actorFailed(run, itemId)))

  const settle = (order: OpenOrder, outcome: ChargeResult, release: Release): void => {
    Metrics.paymentsTotal(outcome).updateUnsafe(1, context)
    settlements.settle(order, outcome, release)
  }

  /** The place is taken until the outcome is in the log. Whoever was interrupted settles nothing. */
  const insist = (order: OpenOrder, error: PaymentError, release: Release): void => {
    const settled = Effect.map(
      charges.insist(order, error),
      (outcome) => outcome === undefined ? release() : settle(order, outcome, release)
    )
    loudly(settled).addObserver((exit) => {
      if (Exit.isFailure(exit)) release()
    })
  }

  const answered = (order: OpenOrder, release: Release, exit: Exit.Exit<ChargeResult, PaymentError>): void => {
    if (Exit.isSuccess(exit)) return settle(order, exit.value, release)
    const failure = Cause.squash(exit.cause)
    if (failure instanceof PaymentUnknown || failure instanceof ChargeRejected) return insist(order, failure, release)
    release()
    if (!Cause.hasInterruptsOnly(exit.cause)) loudly(Effect.die(failure))
  }

  const voidCharge = (order: OpenOrder): Effect.Effect<void> =>
    Effect.andThen(
      charges.voidCharge(order),
      Effect.callback<void>((resume) => settlements.settle(order, "voided", () => resume(Effect.void)))
    )

  const charging: SlotUser<OpenOrder> = {
    begin: (order, release) => {
      waiting.delete(order)
      fork(charges.charge(order)).addObserver((exit) => answered(order, release, exit))
    }
  }

  /** A charge that has not begun is not needed any more. */
  const leaveLine = (order: OpenOrder): void => {
    waiting.get(order)?.()
    waiting.delete(order)
  }

  const begin = (order: OpenOrder): void => {
    if (order.voiding) {
      leaveLine(order)
      loudly(voidCharge(order))
      return
    }
    const leave = slots.acquire(charging, order)
    if (leave !== undefined) waiting.set(order, leave)
  }

  return {
    follow: ({ closed, held, voidCharge }) => {
      const order = held ?? voidCharge
      if (order !== undefined) {
        if (run.isRecovered()) begin(order)
        else order.isHeldBack = true
      }
      if (closed !== undefined) leaveLine(closed)
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

/** The payments of one item that are under way, and those that wait until the recovery is over. */
import type { ItemId } from "@flash-sale/domain/Ids"
import type { PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import { Effect, FiberSet, type Scope, type Semaphore } from "effect"
import type { OpenOrder } from "./OpenOrder.ts"
import * as Settlement from "./Settlement.ts"
import { actorFailed, type Run } from "./Worker.ts"

export interface Payments {
  /** Charges or voids for the order; while the worker recovers, later. */
  readonly follow: (order: OpenOrder) => Effect.Effect<void>
  /** Begins what was held back, for those orders that are still open. */
  readonly start: (isOpen: (order: OpenOrder) => boolean) => Effect.Effect<void>
}

/** They end with their scope: an interrupted question is asked again under the same key. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: Run,
  inFlight: Semaphore.Semaphore
): Effect.fn.Return<Payments, never, PaymentProvider | Scope.Scope> {
  const settlements = yield* Settlement.make(itemId, run, inFlight)
  const underWay = yield* FiberSet.make<void>()
  let heldBack = new Set<OpenOrder>()

  const begin = (order: OpenOrder): Effect.Effect<void> => {
    const payment = order.voiding ? settlements.voidCharge(order) : settlements.pay(order)
    // A bug must not leave an order held for ever in silence.
    return Effect.asVoid(FiberSet.run(underWay, Effect.catchDefect(payment, actorFailed(run, itemId))))
  }

  return {
    follow: (order) =>
      Effect.suspend(() => {
        if (run.isRecovered()) return begin(order)
        heldBack.add(order)
        return Effect.void
      }),
    start: (isOpen) =>
      Effect.suspend(() => {
        const waiting = heldBack
        heldBack = new Set()
        // Those that the rest of the log has settled meanwhile are no longer open.
        return Effect.forEach([...waiting].filter(isOpen), begin, { discard: true })
      })
  }
})

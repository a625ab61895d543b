/** The payments of one item that are under way, and those that wait until the recovery is over. */
import type { ItemId } from "@flash-sale/domain/Ids"
import type { PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import { Effect, FiberSet, type Scope } from "effect"
import type { InFlight, Leave } from "./InFlight.ts"
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
  inFlight: InFlight
): Effect.fn.Return<Payments, never, PaymentProvider | Scope.Scope> {
  const settlements = yield* Settlement.make(itemId, run, inFlight)
  const underWay = yield* FiberSet.make<void>()
  const fork = yield* FiberSet.runtime(underWay)()
  /** Of those that have no place yet. */
  const waiting = new Set<Leave>()
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const leave of waiting) leave()
    })
  )
  let heldBack = new Set<OpenOrder>()

  const begin = (order: OpenOrder): Effect.Effect<void> => {
    // A bug must not leave an order held for ever in silence.
    const loud = Effect.catchDefect(actorFailed(run, itemId))
    if (order.voiding) return Effect.asVoid(FiberSet.run(underWay, loud(settlements.voidCharge(order))))
    return Effect.sync(() => {
      let hasBegun = false
      const leave = inFlight.enter((leaving) => {
        hasBegun = true
        waiting.delete(leaving)
        fork(loud(settlements.pay(order))).addObserver(leaving)
      })
      if (!hasBegun) waiting.add(leave)
    })
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

/** Sends the calls of a run, each at its moment: an open loop. */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Deferred, Effect } from "effect"
import type * as Buyer from "./Buyer.ts"
import * as Steps from "./Steps.ts"
import type * as Tally from "./Tally.ts"

export interface Sending {
  readonly orders: number
  readonly actions: number
  /** Sends one call. An action waits for the answer to its hold, which is begun before it. */
  readonly run: (step: Steps.Step) => Effect.Effect<void>
}

/** The latency of an order begins at its planned moment, however the orders before it fare. */
export const make = Effect.fnUntraced(function*(
  buyers: Buyer.Buyers,
  tally: Tally.Tally,
  steps: ReadonlyArray<Steps.Step>,
  startedAt: number
): Effect.fn.Return<Sending> {
  const accepted = new Map<RequestId, Deferred.Deferred<boolean>>()
  for (const { call, order } of steps) {
    if (Steps.isAction(call)) accepted.set(order.requestId, yield* Deferred.make<boolean>())
  }

  const order = Effect.fnUntraced(function*(order: Order, call: Exclude<Steps.Call, Steps.Action>, at: number) {
    tally.send()
    const answer = yield* buyers.order(order, call, tally.retry)
    const now = (yield* Monotonic.now) - startedAt
    tally.add(order, answer, now - at, now)
    const waiting = accepted.get(order.requestId)
    if (waiting === undefined) return
    yield* Deferred.succeed(waiting, answer._tag === "Accepted" || answer._tag === "AcceptedBefore")
  })

  const action = Effect.fnUntraced(function*(order: Order, call: Steps.Action, hold: Deferred.Deferred<boolean>) {
    if (yield* Deferred.await(hold)) tally.act(order, call, yield* buyers.act(order, call, tally.retry))
    else tally.act(order, call, { _tag: "NotHeld", standing: "refused" })
    accepted.delete(order.requestId)
  })

  return {
    orders: steps.length - accepted.size,
    actions: accepted.size,
    run: Effect.fnUntraced(function*({ at, call, order: wanted }) {
      const early = startedAt + at - (yield* Monotonic.now)
      if (early > 0) yield* Effect.sleep(early)
      if (!Steps.isAction(call)) return yield* order(wanted, call, at)
      const hold = accepted.get(wanted.requestId)
      if (hold !== undefined) yield* action(wanted, call, hold)
    })
  }
})

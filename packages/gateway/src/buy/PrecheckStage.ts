/** The first stage: an order that a read of its item refuses is answered here, without a claim. */
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { Cause, Clock, Effect, Exit, Option } from "effect"
import { type ItemRead, ItemReads } from "../reads/ItemReads.ts"
import type { LookupError, StatusLookups } from "../reads/StatusLookups.ts"
import * as Precheck from "../request/Precheck.ts"
import * as Refusals from "../request/Refusals.ts"
import type { DuplicateWait } from "./DuplicateWait.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

/** Hands an order to `claim` unless its item refuses it. */
export const make = Effect.fnUntraced(function*(
  lookups: StatusLookups,
  duplicates: DuplicateWait,
  claim: Stage
): Effect.fn.Return<Stage, never, ItemReads> {
  const reads = yield* ItemReads
  const clock = yield* Clock.Clock
  const completion = yield* completions

  /** An honest retry gets its own order's status, also after the item has sold out. */
  const answer = (order: OrderInFlight, lookup: StatusLookup): void => {
    const { precheck, request: { correlationId } } = order
    order.refuse(
      lookup._tag === "Unknown" && precheck !== undefined
        ? Refusals.early(correlationId, precheck, clock.currentTimeMillisUnsafe())
        : Refusals.ofLookup(correlationId, order.order, lookup)
    )
  }
  const afterWait = (order: OrderInFlight, waited: Exit.Exit<StatusLookup>): void =>
    Exit.isSuccess(waited) ? answer(order, waited.value) : order.fail(waited.cause)

  const afterLookup = (order: OrderInFlight, found: Exit.Exit<StatusLookup, LookupError>): void => {
    if (Exit.isSuccess(found)) {
      if (found.value._tag !== "Leased") return answer(order, found.value)
      return duplicates.wait(order.order.requestId, completion(order, afterWait))
    }
    const { correlationId } = order.request
    order.done(Exit.failCause(Cause.map(
      found.cause,
      ({ _tag }) => Refusals.unavailable(correlationId, _tag === "LineFull" ? "overloaded" : "store_unavailable")
    )))
  }

  const afterRead = (order: OrderInFlight, read: ItemRead): void => {
    if (Exit.isFailure(read)) {
      // An item that cannot be read now is no reason to refuse its orders: the log decides. A bug is one.
      return Option.isSome(Exit.findErrorOption(read)) ? claim(order) : order.fail(read.cause)
    }
    order.precheck = Precheck.check(read.value, order.order.amount, clock.currentTimeMillisUnsafe())
    if (order.precheck === undefined) return claim(order)
    lookups.offer(order.order.requestId, completion(order, afterLookup))
  }

  return (order) => reads.ask(order.order.itemId, completion(order, afterRead))
})

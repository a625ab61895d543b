/** The second stage: the request id is claimed, or the order waits for another one under the same id. */
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Cause, Effect, Exit } from "effect"
import * as Refusals from "../request/Refusals.ts"
import * as BuySpans from "./BuySpans.ts"
import type { ClaimResult, Claims } from "./Claims.ts"
import type { DuplicateWait } from "./DuplicateWait.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

/** How often an order tries to claim its id where orders under the same id before it came to nothing. */
const MAX_ATTEMPTS = 3

/** Hands an order to `append` that has claimed its id, or may go on without a claim. */
export const make = Effect.fnUntraced(function*(
  claims: Claims,
  duplicates: DuplicateWait,
  append: Stage
): Effect.fn.Return<Stage> {
  const spans = yield* Spans
  const completion = yield* completions

  const claim: Stage = (order) => {
    order.attempts++
    order.span = BuySpans.begin(spans, "order admit", "internal", order.order, order.request)
    claims.acquire(order, completion(order, afterClaim))
  }

  const afterClaim = (order: OrderInFlight, result: ClaimResult): void => {
    order.endSpan()
    if (Exit.isSuccess(result)) {
      if (result.value === "Claimed") return append(order)
      return duplicates.wait(order.order.requestId, completion(order, afterWait))
    }
    const { correlationId } = order.request
    order.done(Exit.failCause(Cause.map(
      result.cause,
      (error) => error._tag === "LineFull" ? Refusals.unavailable(correlationId, "overloaded") : error
    )))
  }

  const afterWait = (order: OrderInFlight, waited: Exit.Exit<StatusLookup>): void => {
    if (Exit.isFailure(waited)) return order.fail(waited.cause)
    if (waited.value._tag === "Unknown" && order.attempts < MAX_ATTEMPTS) return claim(order)
    order.refuse(Refusals.ofLookup(order.request.correlationId, order.fingerprint(), waited.value))
  }

  return claim
})

/**
 * The stage in place of claim and append, where one store does both in one step (decision 59): there an order has no
 * claim that could be left behind.
 */
import { type AdmittedAtOnce, AtomicAdmission } from "@flash-sale/domain/ports/AtomicAdmission"
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { Duration, Effect, Exit } from "effect"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"
import { recording } from "./AppendStage.ts"
import * as Claims from "./Claims.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"
import { isReady } from "./RulesStages.ts"

/**
 * Hands an order to `finish` that has been appended or could not be, and to `claim` one that has to wait for another
 * record first: that of its item's rules, or one under the same id that is being placed by a claim. Where the stores
 * cannot do it in one step it is `claim` itself.
 */
export const make = Effect.fnUntraced(function*(
  { maxRequests, window }: RateLimitSettings,
  claim: Stage,
  finish: Stage
): Effect.fn.Return<Stage> {
  const admission = yield* AtomicAdmission
  const recordOf = yield* recording
  const completion = yield* completions
  const policy = { maxRequests, windowMillis: Duration.toMillis(window) }
  if (admission === undefined) return claim

  const afterAdmission = (
    order: OrderInFlight,
    admitted: Exit.Exit<AdmittedAtOnce, AppendRefused | AppendUnknown>
  ): void => {
    if (Exit.isFailure(admitted)) {
      order.endSpan("not acknowledged")
      order.appended = Exit.failCause(admitted.cause)
      return finish(order)
    }
    order.endSpan(admitted.value._tag === "Appended" ? undefined : "not sent")
    switch (admitted.value._tag) {
      case "Appended":
        order.remaining = admitted.value.remaining
        order.hasStatus = true
        order.appended = Exit.succeed(admitted.value.position)
        return finish(order)
      case "Leased":
        return claim(order)
      case "Known":
      case "Limited":
        return order.refuse(Claims.refusalOf(order.request.correlationId, admitted.value))
    }
  }

  return (order) => {
    if (!isReady(order)) return claim(order)
    const record = recordOf(order)
    // It may be known all the same, which is then the answer.
    if (record === undefined) return claim(order)
    admission.offer({ request: Claims.toRequest(order), record, policy }, completion(order, afterAdmission))
  }
})

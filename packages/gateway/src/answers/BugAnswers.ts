/** The answer to a request that a bug has ended, on the hot routes. */
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { type Cause, Effect } from "effect"
import type { RequestContext } from "../request/RequestContext.ts"
import type { Answer } from "./Answer.ts"
import * as RefusalAnswers from "./RefusalAnswers.ts"

export type BugAnswers = (request: RequestContext, cause: Cause.Cause<unknown>) => Answer

/** Logs the bug, and makes the answer, which says nothing about it. */
export const make: Effect.Effect<BugAnswers> = Effect.map(Effect.context<never>(), (context) => {
  const run = Effect.runForkWith(context)
  return ({ correlationId, traceparent }, cause) => {
    run(Log.error("A request failed by a bug", {
      event: "internal_error",
      correlation_id: correlationId,
      ...Propagation.traceAnnotation(traceparent)
    }, cause))
    return RefusalAnswers.bug(correlationId)
  }
})

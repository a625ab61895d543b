/** What is known of the HTTP request that is being served, on the hot route or through the framework. */
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import type { Span } from "@flash-sale/infra/observability/tracing/Spans"
import { Context, Effect } from "effect"

export interface RequestContext {
  readonly correlationId: CorrelationId
  /** The W3C trace context that goes into records: the caller's, or a new one. */
  readonly traceparent: string | undefined
  /** When the request arrived, as `Monotonic.now` gives it. */
  readonly arrivedAt: number
  /** The request's span, where it is recorded; `traceparent` names it then. */
  readonly span?: Span | undefined
}

/** Set for every request; the default is for code that runs outside one. */
export const RequestContext = Context.Reference<RequestContext>("@flash-sale/gateway/request/RequestContext", {
  defaultValue: () => ({ correlationId: CorrelationId.make("none"), traceparent: undefined, arrivedAt: 0 })
})

/** Fails with a refusal of the request that is being served, made with its correlation id. */
export const refuse = <E>(refusalOf: (correlationId: CorrelationId) => E): Effect.Effect<never, E> =>
  Effect.flatMap(RequestContext, ({ correlationId }) => Effect.fail(refusalOf(correlationId)))

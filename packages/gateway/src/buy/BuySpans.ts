/** The steps of an order's admission, as spans below the span of its request. */
import type { Order } from "@flash-sale/domain/records/Order"
import type { Recorder, Span, SpanOptions } from "@flash-sale/infra/observability/tracing/Spans"
import type { RequestContext } from "../request/RequestContext.ts"

/** Begins the span of one step; undefined where the order is not recorded. */
export const begin = (
  recorder: Recorder | undefined,
  name: string,
  kind: SpanOptions["kind"],
  { itemId, requestId }: Order,
  { correlationId, traceparent }: RequestContext
): Span | undefined =>
  recorder?.begin(name, {
    kind,
    parent: traceparent,
    attributes: { correlation_id: correlationId, request_id: requestId, item_id: itemId }
  })

/** By what everything about an order is found. */
import type { CorrelationId } from "./Ids.ts"

/** What ties everything about an order together, and to its trace. */
export interface OrderTrace {
  readonly correlationId: CorrelationId
  /** The W3C trace context. */
  readonly traceparent?: string
}

/** The trace alone, without what else is with it. */
export const of = ({ correlationId, traceparent }: OrderTrace): OrderTrace =>
  traceparent === undefined ? { correlationId } : { correlationId, traceparent }

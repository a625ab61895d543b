/** By what everything about an order is found. */
import type { CorrelationId } from "./Ids.ts"

/** What ties everything about an order together, and to its trace. */
export interface OrderTrace {
  readonly correlationId: CorrelationId
  /** The W3C trace context. */
  readonly traceparent?: string
}

/** The form of a W3C trace context. A store keeps that of an open hold among other words. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/
export const isTraceparent = (text: string): boolean => TRACEPARENT.test(text)

/** The trace alone, without what else is with it. */
export const of = ({ correlationId, traceparent }: OrderTrace): OrderTrace =>
  traceparent === undefined ? { correlationId } : { correlationId, traceparent }

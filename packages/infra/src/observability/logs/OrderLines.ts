/**
 * Log lines that are written once for every order, in the format of all others but without Effect's logger: no fiber is
 * annotated and no service is looked up. At ten thousands of orders a second that costs more than the order.
 *
 * **Details**: a share of the orders can be logged instead of all. The id of the order's trace decides which, so that
 * an order has its lines in every service or in none. The gateway makes it; a correlation id may be chosen by a caller,
 * who could choose one that is always logged, or never.
 */
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Context, type LogLevel } from "effect"
import type { Event } from "../Attributes.ts"
import type { Service } from "../metrics/Series.ts"
import * as Propagation from "../tracing/Propagation.ts"
import type { Line } from "./LogLines.ts"

/** One line about one order. What is absent is left out. */
export interface OrderLine {
  readonly level: "Debug" | "Info" | "Warn"
  /** Milliseconds since 1970 (UTC). */
  readonly at: number
  readonly service: Service
  readonly event: Event
  readonly message: string
  readonly correlationId: CorrelationId
  readonly requestId: string | undefined
  readonly userId?: string | undefined
  readonly itemId: string | undefined
  readonly status?: string | undefined
  readonly reason?: string | undefined
  readonly traceparent: string | undefined
  readonly processingMillis?: number | undefined
}

/** The writer of those lines. Without a log setup it drops them. */
export class OrderLines extends Context.Reference("@flash-sale/infra/observability/logs/OrderLines", {
  defaultValue: (): OrderLineWriter => ({ isOn: () => false, write: () => {} })
}) {}

export interface OrderLineWriter {
  /** Whether lines of this level are written at all, so that a caller need not prepare one in vain. */
  readonly isOn: (level: OrderLine["level"]) => boolean
  /** Writes a line where its level is on and its order is in the share. Never blocks. */
  readonly write: (line: OrderLine) => void
}

export interface OrderLinesOptions {
  readonly sink: { readonly add: (line: string) => void }
  readonly toText: (line: OrderLine) => string
  readonly isOn: (level: LogLevel.LogLevel) => boolean
  /** The share of orders that are logged, from 0 to 1. */
  readonly share: number
}

export const make = ({ isOn, share, sink, toText }: OrderLinesOptions): OrderLineWriter => {
  const levels = { Debug: isOn("Debug"), Info: isOn("Info"), Warn: isOn("Warn") }
  return {
    isOn: (level) => levels[level],
    write: (line) => {
      if (levels[line.level] && (share >= 1 || shareOf(line) < share)) sink.add(toText(line))
    }
  }
}

/** FNV-1a of the trace, as a share of all it can be. Records of older gateways may have none. */
const shareOf = ({ correlationId, traceparent }: OrderLine): number => {
  const id = Propagation.traceIdOf(traceparent) ?? correlationId
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return (hash >>> 0) / 0x1_0000_0000
}

/** The time of the last line, as text: many lines share a millisecond. */
let last = { at: Number.NaN, text: "" }
const isoOf = (at: number): string => {
  if (at !== last.at) last = { at, text: new Date(at).toISOString() }
  return last.text
}

const text = (name: string, value: string | undefined): string =>
  value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`

const WORDS = { Debug: "DEBUG", Info: "INFO", Warn: "WARN" } as const

/** The line as `LogLines.json` would write it. Correlation ids, events and the ids of a trace need no escaping. */
export const json = (line: OrderLine): string => {
  const traceId = Propagation.traceIdOf(line.traceparent)
  return `{"timestamp":"${isoOf(line.at)}","level":"${WORDS[line.level]}","message":"${line.message}"` +
    `,"correlation_id":"${line.correlationId}","service":"${line.service}","event":"${line.event}"` +
    text("request_id", line.requestId) +
    text("user_id", line.userId) +
    text("item_id", line.itemId) +
    text("status", line.status) +
    text("reason", line.reason) +
    (traceId === undefined ? "" : `,"trace_id":"${traceId}"`) +
    (line.processingMillis === undefined ? "}" : `,"processing_time_ms":${line.processingMillis}}`)
}

/** The same as any other line, for a terminal. */
export const toLine = (line: OrderLine): Line => ({
  date: new Date(line.at),
  level: line.level.toUpperCase(),
  message: line.message,
  service: line.service,
  annotations: Object.fromEntries(
    Object.entries({
      correlation_id: line.correlationId,
      event: line.event,
      request_id: line.requestId,
      user_id: line.userId,
      item_id: line.itemId,
      status: line.status,
      reason: line.reason,
      trace_id: Propagation.traceIdOf(line.traceparent),
      processing_time_ms: line.processingMillis
    }).filter(([, value]) => value !== undefined)
  )
})

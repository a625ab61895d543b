/**
 * Carries traces across the log: the header `traceparent` (W3C Trace Context, version 00). Decision 0009.
 *
 * **Details**: without a recorder (the default) there are no spans: the header is passed on as it came, or made of
 * random ids, so that the log lines of one order can still be found by `trace_id`.
 */
import { Option, type Tracer } from "effect"
import { Headers, HttpTraceContext } from "effect/http"
import { randomFillSync } from "node:crypto"

/** The span that a header names; none where it is absent or malformed. */
export const parse = (traceparent: string | undefined): Option.Option<Tracer.ExternalSpan> =>
  traceparent === undefined ? Option.none() : HttpTraceContext.w3c(Headers.fromInput({ traceparent }))

/** A header as `parse` takes it: version 00, in small letters, neither id all zeros. */
const WELL_FORMED = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The header that names a span. */
export const format = (span: Pick<Tracer.AnySpan, "traceId" | "spanId" | "sampled">): string =>
  `00-${span.traceId}-${span.spanId}-${span.sampled ? "01" : "00"}`

/** The header to send on where no spans are recorded: what came, or a new one. */
export const passedOn = (incoming: string | undefined): string => {
  if (incoming !== undefined && WELL_FORMED.test(incoming)) return incoming
  // It is not recorded, so it says "not sampled".
  return format({ traceId: hex(16), spanId: hex(8), sampled: false })
}

/** The trace that a header names. Asked for every order, so no span is made for it. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  traceparent !== undefined && WELL_FORMED.test(traceparent) ? traceparent.slice(3, 35) : undefined

/** The span of another process that a header names. */
export interface RemoteContext {
  readonly traceId: string
  readonly spanId: string
  /** 1 where the trace is recorded, else 0. */
  readonly traceFlags: 0 | 1
  readonly isRemote: true
}

/** The same as `parse`, without a span: for the short way of `Spans`. */
export const contextOf = (traceparent: string | undefined): RemoteContext | undefined =>
  traceparent === undefined || !WELL_FORMED.test(traceparent) ? undefined : {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    traceFlags: (Number.parseInt(traceparent.slice(53), 16) & 1) === 1 ? 1 : 0,
    isRemote: true
  }

/** Whether the trace that a header names is recorded. */
export const isSampled = (traceparent: string | undefined): boolean => contextOf(traceparent)?.traceFlags === 1

/** The annotation of a log line with the trace that a header names. */
export const traceAnnotation = (traceparent: string | undefined): { readonly trace_id?: string } => {
  const trace_id = traceIdOf(traceparent)
  return trace_id === undefined ? {} : { trace_id }
}

/** Random bytes that were asked for together, as asking costs more than the bytes. */
const POOL = Buffer.alloc(8 * 1024)
let taken = POOL.length

/** So many random bytes as hexadecimal digits, not all of them zeros. */
const hex = (bytes: number): string => {
  if (taken + bytes > POOL.length) {
    randomFillSync(POOL)
    taken = 0
  }
  const digits = POOL.toString("hex", taken, taken + bytes)
  taken += bytes
  return ALL_ZEROS.test(digits) ? hex(bytes) : digits
}
const ALL_ZEROS = /^0+$/

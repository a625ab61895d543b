/**
 * Spans that begin and end without a fiber: for steps that many orders share, and for orders that wait in a queue.
 * Decision 0009.
 *
 * **Details**: without a recorder (the default) there are no spans, and a step costs one comparison with `undefined`. A
 * trace that was sampled out is recognised by the last digit of its header, which costs as little.
 */
import { Context } from "effect"
import * as Propagation from "./Propagation.ts"

export interface SpanOptions {
  readonly kind: "server" | "producer" | "consumer" | "client" | "internal"
  /** The header `traceparent` of the span above; where it is absent or malformed a trace begins here. */
  readonly parent: string | undefined
  readonly attributes: Attributes
  /** Headers of related spans: the orders of a batch, the batch of an order. */
  readonly links?: ReadonlyArray<string> | undefined
  /** As `Spans.now` gave it; now where it is absent. */
  readonly startedAt?: number
}

/** The attributes of a span. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Span {
  /** The header that names it, to be sent on. */
  readonly traceparent: string
  readonly set: (attributes: Attributes) => void
  /** Ends the span now; `error` says why its step failed. Must be called once. */
  readonly end: (error?: string) => void
}

export interface Recorder {
  /** The time, as a span counts it: milliseconds since 1970 with fractions. */
  readonly now: () => number
  /** Whether a span below this header may be recorded: not where its trace was sampled out. */
  readonly isWanted: (traceparent: string | undefined) => boolean
  /** Begins a span; undefined where the trace is not recorded, so that the header is sent on as it is. */
  readonly begin: (name: string, options: SpanOptions) => Span | undefined
}

/** The recorder of spans; undefined where no collector is set. `Tracing.layer` sets it. */
export const Spans = Context.Reference<Recorder | undefined>("@flash-sale/infra/observability/tracing/Spans", {
  defaultValue: () => undefined
})

/**
 * Begins the span of a step that orders share: below the first recorded order in it, and linked to all that are. None
 * where none is recorded.
 */
export const beginBatch = (
  recorder: Recorder | undefined,
  name: string,
  kind: SpanOptions["kind"],
  orders: Iterable<string | undefined>,
  attributes: Attributes
): Span | undefined => {
  if (recorder === undefined) return undefined
  const links: Array<string> = []
  for (const header of orders) {
    if (header !== undefined && Propagation.isSampled(header)) links.push(header)
  }
  return links.length === 0 ? undefined : recorder.begin(name, { kind, parent: links[0], attributes, links })
}

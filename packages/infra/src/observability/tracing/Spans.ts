/**
 * Spans that are begun and ended without a fiber: for steps that many orders share, and for orders that wait in a line.
 *
 * **Details**: where nothing records spans (the default) there are none, and a step costs one look at `undefined`. A
 * trace that was sampled out is known by the last digit of its header, so that its spans cost no more than that either.
 */
import { Context } from "effect"
import * as Propagation from "./Propagation.ts"

export interface SpanOptions {
  readonly kind: "server" | "producer" | "consumer" | "client" | "internal"
  /** The header `traceparent` of the span above; where it is absent or malformed a trace begins here. */
  readonly parent: string | undefined
  readonly attributes: Attributes
  /** Headers of other spans that this one has to do with: the orders of a batch, the batch of an order. */
  readonly links?: ReadonlyArray<string> | undefined
  /** As `Spans.now` gave it; now where it is absent. */
  readonly startedAt?: number
}

/** What a span says of itself. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Span {
  /** The header that names it, to be sent on. */
  readonly traceparent: string
  readonly set: (attributes: Attributes) => void
  /** Ends it, now; `error` says why what it stands for failed. Must be called once. */
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

/** Who records spans; nobody, where no collector is named. `Tracing.layer` sets it. */
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

/** What is noted of each request as it arrives: its correlation id, its trace and its span, and when it came. */
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import type { Span } from "@flash-sale/infra/observability/tracing/Spans"
import * as Spans from "@flash-sale/infra/observability/tracing/Spans"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"
import type { RequestContext } from "./RequestContext.ts"
import { headerOf, type RequestHeaders } from "./RequestHeaders.ts"

/** What a request asks for, by the API's own names: nothing that its sender chose. */
export interface Asked {
  /** The name of its span; undefined where it has none. */
  readonly span: string | undefined
  readonly method: string
  /** The path with the names of its parameters; undefined where there is no such path. */
  readonly route: string | undefined
}

export class Arrivals extends Context.Service<Arrivals, {
  readonly of: (asked: Asked, headers: RequestHeaders) => RequestContext
}>()("@flash-sale/gateway/request/Arrivals") {}

/** Reads of orders and items, which are most requests, have no use for a trace where none is recorded. */
class Arrived implements RequestContext {
  readonly correlationId: CorrelationId
  readonly arrivedAt: number
  readonly span: Span | undefined
  readonly #parent: string | undefined
  #traceparent: string | undefined

  constructor(correlationId: CorrelationId, parent: string | undefined, arrivedAt: number, span: Span | undefined) {
    this.correlationId = correlationId
    this.arrivedAt = arrivedAt
    this.span = span
    this.#parent = parent
  }

  /** Made when it is first asked for. */
  get traceparent(): string {
    this.#traceparent ??= this.span?.traceparent ?? Propagation.passedOn(this.#parent)
    return this.#traceparent
  }
}

/**
 * `trustTraceparent`: whether the trace that a caller names goes on here, and with it the caller's decision whether it
 * is recorded. Else each request begins a trace of its own, and its span has a link to the caller's: what is recorded
 * and logged is then not for callers to decide. Why: docs/decisions/0035-what-a-request-may-be.md.
 */
export const layer = (trustTraceparent: boolean): Layer.Layer<Arrivals> =>
  Layer.effect(
    Arrivals,
    Effect.gen(function*() {
      const monotonic = yield* Monotonic.reader
      const spans = yield* Spans.Spans
      return {
        of: ({ method, route, span: name }, headers) => {
          const correlationId = CorrelationIds.fromHeader(headerOf(headers, CorrelationIds.HEADER)) ??
            CorrelationIds.make()
          const caller = headerOf(headers, "traceparent")
          const parent = trustTraceparent ? caller : undefined
          const span = name === undefined ? undefined : spans?.begin(name, {
            kind: "server",
            parent,
            links: parent === undefined && caller !== undefined ? [caller] : undefined,
            attributes: {
              correlation_id: correlationId,
              "http.request.method": method,
              ...(route === undefined ? {} : { "http.route": route })
            }
          })
          return new Arrived(correlationId, parent, monotonic(), span)
        }
      }
    })
  )

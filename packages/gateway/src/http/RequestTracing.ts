/** Spans of the requests that the framework serves, made as those of the hot route are. */
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Effect, Exit, Layer, Option } from "effect"
import { HttpMiddleware, type HttpServerResponse } from "effect/http"
import type { Asked } from "../request/Arrivals.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import type { Path } from "./Paths.ts"

/** Polled every few seconds by monitoring; a trace of each request would say nothing. */
const WATCHED: ReadonlyArray<string> = ["/metrics", "/health", "/livez", "/readyz"]

/** A span is named by the first part of the path alone, and by nothing where there is no such path. */
const nameOf = (method: string, path: Path | undefined): string =>
  path === undefined ? method : `${method} /${path.template.split("/")[1]}`

/** What a request for this path asks for. */
export const askedBy = (method: string, path: Path | undefined): Asked => ({
  span: path !== undefined && WATCHED.includes(path.template) ? undefined : nameOf(method, path),
  method,
  route: path?.template
})

/** Serves a request below its span, where it has one, and ends the span with the answer. */
export const within = ({ span, traceparent }: RequestContext) =>
<E, R>(
  serve: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> => {
  if (span === undefined) return serve
  const served = Option.match(Propagation.parse(traceparent), {
    onNone: () => serve,
    // So that the lines of the request have its trace.
    onSome: (parent) => Effect.withParentSpan(serve, parent)
  })
  return Effect.onExit(served, (exit) =>
    Effect.sync(() => {
      if (Exit.isFailure(exit)) return span.end("the client has hung up")
      const { status } = exit.value
      span.set({ "http.response.status_code": status })
      span.end(status >= 500 ? `answered ${status}` : undefined)
    }))
}

/**
 * No spans of the framework's own: they hold the whole address with its query, and obey every header of a caller by
 * which traces are forced or evaded.
 */
export const layer: Layer.Layer<never> = Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)

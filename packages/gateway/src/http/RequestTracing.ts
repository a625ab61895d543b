/** Spans of the requests that the framework serves: made by it, and none where nothing is recorded. */
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Effect, Layer } from "effect"
import { HttpMiddleware, type HttpServerRequest } from "effect/http"

/** Polled every few seconds by monitoring; a trace of each request would say nothing. */
const WATCHED = ["/metrics", "/health", "/livez", "/readyz"]

/** The path without ids: its first part. */
const routeOf = ({ url }: HttpServerRequest.HttpServerRequest): string => `/${url.split(/[/?]/)[1] ?? ""}`

export const layer: Layer.Layer<never> = Layer.unwrap(
  Effect.map(Propagation.IsRecording, (isRecording) =>
    Layer.merge(
      Layer.succeed(HttpMiddleware.TracerDisabledWhen, (request) => !isRecording || WATCHED.includes(routeOf(request))),
      Layer.succeed(HttpMiddleware.SpanNameGenerator, (request) => `${request.method} ${routeOf(request)}`)
    ))
)

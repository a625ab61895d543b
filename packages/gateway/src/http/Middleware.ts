/**
 * Wraps every HTTP request in a correlation id, bounds, and an answer in JSON whatever goes wrong.
 *
 * **Details**: endpoints answer their own refusals. The other answers are made here: no such route, a body that is too
 * large or of another type, and bugs, which are described in the log and not in the answer.
 */
import type { Problem } from "@flash-sale/domain/api/HttpProblems"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as AnswerMetrics from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { ByteSize, Cause, Effect, type Layer, Metric } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { MAX_BODY } from "../request/BodyLimit.ts"
import { BuyTelemetry } from "../request/BuyTelemetry.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { Shutdown } from "../request/Shutdown.ts"
import * as AllowedMethods from "./AllowedMethods.ts"

type Words = Pick<Problem, "code" | "error">

const problems: Readonly<Record<number, Words>> = {
  400: { code: "invalid_body", error: "Invalid request body" },
  404: { code: "not_found", error: "Not found" },
  405: { code: "method_not_allowed", error: "Method not allowed" },
  413: { code: "body_too_large", error: "The body is larger than 16 KiB" },
  415: { code: "unsupported_media_type", error: "The body must be application/json" }
}
const bug: Words = { code: "internal_error", error: "Internal server error" }

const isBuy = ({ method, url }: HttpServerRequest.HttpServerRequest): boolean =>
  method === "POST" && (url === "/buy" || url.startsWith("/buy?"))

const problem = Effect.fnUntraced(function*(telemetry: BuyTelemetry["Service"], status: number) {
  const request = yield* RequestContext
  const words = problems[status]
  const { code, error } = words ?? bug
  if (isBuy(yield* HttpServerRequest.HttpServerRequest)) telemetry.refused(request, code)
  const body: Problem = { error, code, retryable: words === undefined, correlation_id: request.correlationId }
  return HttpServerResponse.jsonUnsafe(body, { status: words === undefined ? 500 : status })
})

const fromCause = Effect.fnUntraced(function*<E>(telemetry: BuyTelemetry["Service"], cause: Cause.Cause<E>) {
  if (Cause.hasInterruptsOnly(cause)) return yield* Effect.failCause(cause)
  const [{ status }] = yield* HttpServerError.causeResponse(cause)
  if (status === 404) {
    const { method, url } = yield* HttpServerRequest.HttpServerRequest
    const allow = (yield* AllowedMethods.AllowedMethods)(method, url)
    if (allow !== undefined) return HttpServerResponse.setHeader(yield* problem(telemetry, 405), "allow", allow)
  }
  if (problems[status] === undefined) {
    const { correlationId } = yield* RequestContext
    yield* Log.error(
      "A request failed by a bug",
      { event: "internal_error", correlation_id: correlationId },
      cause
    )
  }
  return yield* problem(telemetry, status)
})

const current = Effect.fnUntraced(function*({ headers }: HttpServerRequest.HttpServerRequest) {
  return {
    correlationId: CorrelationIds.fromHeader(headers[CorrelationIds.HEADER]) ??
      CorrelationIds.make(),
    traceparent: yield* Propagation.outgoing(headers["traceparent"]),
    arrivedAt: yield* Monotonic.now
  }
})

const isTooLarge = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  Number(headers["content-length"]) > ByteSize.toNumberUnsafe(MAX_BODY)

/**
 * Around every route.
 *
 * **Details**: while the gateway shuts down each answer closes its connection. A port closes only when the last of
 * them is gone, and one that was busy at that moment would be kept alive for as long as the shutdown may take. A 413
 * closes its connection too: the rest of such a body is not read.
 */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Shutdown | BuyTelemetry> = HttpRouter.middleware(
  Effect.map(
    Effect.all([Shutdown, BuyTelemetry, Propagation.IsRecording]),
    ([{ hasBegun }, telemetry, isRecording]) => (app) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const about = yield* current(request)
        if (isRecording) yield* Effect.annotateCurrentSpan({ correlation_id: about.correlationId })
        // A body whose own header says that it is too large is not waited for.
        const served = isTooLarge(request) ? problem(telemetry, 413) : app
        return yield* served.pipe(
          // Requests begin uninterruptible; a client that hangs up, and a shutdown, must interrupt them.
          Effect.interruptible,
          Effect.flatMap((response) => response.status === 415 ? problem(telemetry, 415) : Effect.succeed(response)),
          Effect.catchCause((cause) => fromCause(telemetry, cause)),
          Effect.tap(({ status }) => Metric.update(AnswerMetrics.answered(isBuy(request) ? "buy" : "else", status), 1)),
          Effect.map(HttpServerResponse.setHeader(CorrelationIds.HEADER, about.correlationId)),
          Effect.map((response) =>
            hasBegun() || response.status === 413
              ? HttpServerResponse.setHeader(response, "connection", "close")
              : response
          ),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, MAX_BODY),
          Effect.provideService(RequestContext, about)
        )
      })
  ),
  { global: true }
)

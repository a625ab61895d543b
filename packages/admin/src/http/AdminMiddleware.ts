/**
 * Wraps every request of the admin port in a correlation id, bounds, and an answer in JSON whatever goes wrong, as the
 * gateway's `Middleware` does at its port.
 *
 * **Details**: pages of other sites and other host names are refused before anything else: whoever operates the engine
 * has a browser as well. A name is only answered to where it is listed, as a page can have its own name point here.
 */
import type { Problem } from "@flash-sale/domain/api/HttpProblems"
import type * as Paths from "@flash-sale/gateway/http/Paths"
import { otherThan, withEscapes } from "@flash-sale/gateway/http/Paths"
import * as RequestTracing from "@flash-sale/gateway/http/RequestTracing"
import { Arrivals } from "@flash-sale/gateway/request/Arrivals"
import * as BodyType from "@flash-sale/gateway/request/BodyType"
import * as HttpRefusals from "@flash-sale/gateway/request/HttpRefusals"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import { RequestRules } from "@flash-sale/gateway/request/RequestRules"
import { Shutdown } from "@flash-sale/gateway/request/Shutdown"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as AdminMetrics from "@flash-sale/infra/observability/metrics/AdminMetrics"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import * as PageRoutes from "@flash-sale/pages/server/PageRoutes"
import { ByteSize, Cause, Effect, type Layer, Metric } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { MAX_BODY } from "../request/AdminBodyLimit.ts"

const bodyTooLarge: HttpRefusals.HttpRefusal = {
  ...HttpRefusals.bodyTooLarge,
  error: "The body is larger than 160 KiB"
}

const CONSOLE: HttpRefusals.Elsewhere = { path: "/console", words: "The console" }

const answer = Effect.fnUntraced(function*(refusal: HttpRefusals.HttpRefusal) {
  const { code, error, headers = {}, status } = refusal
  const { headers: { accept } } = yield* HttpServerRequest.HttpServerRequest
  const page = HttpRefusals.pageOf(refusal, accept, CONSOLE)
  if (page !== undefined) return HttpServerResponse.text(page.html, page.fields)
  const { correlationId } = yield* RequestContext
  const body: Problem = { error, code, retryable: status >= 500, correlation_id: correlationId }
  return HttpServerResponse.jsonUnsafe(body, { status, headers })
})

/** What the framework did not serve. */
const fromCause = Effect.fnUntraced(function*<E>(cause: Cause.Cause<E>) {
  const [{ status }] = yield* HttpServerError.causeResponse(cause)
  const refusal = HttpRefusals.ofStatus(status)
  if (refusal === HttpRefusals.bug) {
    const { correlationId } = yield* RequestContext
    yield* Log.error("A request failed by a bug", { event: "internal_error", correlation_id: correlationId }, cause)
  }
  return yield* answer(refusal === HttpRefusals.bodyTooLarge ? bodyTooLarge : refusal)
})

const BODIES: ReadonlyArray<string> = ["POST", "PATCH", "PUT"]

/** Why a request is refused before it is routed; undefined where it is not. */
const refusalOf = (
  rules: RequestRules["Service"],
  { headers, method }: HttpServerRequest.HttpServerRequest,
  path: Paths.Path | undefined
): HttpRefusals.HttpRefusal | undefined => {
  const refused = rules.refusalOf(method, headers)
  if (refused !== undefined) return refused
  if (path === undefined) return HttpRefusals.notFound
  // A body whose own header says that it is too large is not waited for.
  if (Number(headers["content-length"]) > ByteSize.toNumberUnsafe(MAX_BODY)) return bodyTooLarge
  const allow = otherThan(method, path)
  if (allow !== undefined) return HttpRefusals.methodNotAllowed(allow)
  return BODIES.includes(method) ? BodyType.refusalOf(headers["content-type"], headers["content-encoding"]) : undefined
}

/**
 * What is shown to an operator is kept by nobody on the way. The console's own files show nothing of an engine, and say
 * how long they may be kept.
 */
const kept = (path: Paths.Path | undefined, { headers }: HttpServerResponse.HttpServerResponse): string => {
  const isPage = path !== undefined && PageRoutes.CONSOLE_PATHS.includes(path.template)
  return (isPage ? headers["cache-control"] : undefined) ?? "no-store"
}

/** Around every route. `paths` are those of the port. */
export const layer = (
  paths: Paths.Find
): Layer.Layer<never, never, HttpRouter.HttpRouter | Arrivals | Shutdown | RequestRules> =>
  HttpRouter.middleware(
    Effect.map(Effect.all([Arrivals, Shutdown, RequestRules]), ([arrivals, { hasBegun }, rules]) => (app) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const { method, url } = request
        const path = paths(url)
        const about = arrivals.of(RequestTracing.askedBy(method, path), request.headers)
        const refusal = refusalOf(rules, request, path)
        const served = refusal === undefined
          ? Effect.provideService(
            app,
            HttpServerRequest.HttpServerRequest,
            request.modify({ url: withEscapes(url) })
          )
          : answer(refusal)
        return yield* served.pipe(
          // Requests begin uninterruptible; a client that hangs up, and a shutdown, must interrupt them.
          Effect.interruptible,
          Effect.catchCause((cause) =>
            Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause) : fromCause(cause)
          ),
          Effect.tap(({ status }) => Metric.update(AdminMetrics.answered(status), 1)),
          Effect.map((response) =>
            HttpServerResponse.setHeaders(response, {
              [CorrelationIds.HEADER]: about.correlationId,
              "cache-control": kept(path, response)
            })
          ),
          Effect.map((response) =>
            hasBegun() || response.status === 413
              ? HttpServerResponse.setHeader(response, "connection", "close")
              : response
          ),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, MAX_BODY),
          Effect.provideService(RequestContext, about),
          RequestTracing.within(about)
        )
      })),
    { global: true }
  )

/**
 * Wraps every HTTP request in a correlation id, bounds, and an answer in JSON whatever goes wrong.
 *
 * **Details**: endpoints answer their own refusals. The other answers are made here: to requests that no endpoint
 * takes, and to bugs, which are described in the log and not in the answer.
 */
import type { Problem } from "@flash-sale/domain/api/HttpProblems"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as AnswerMetrics from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import { ByteSize, Cause, Effect, type Layer, Metric } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Arrivals } from "../request/Arrivals.ts"
import { MAX_BODY } from "../request/BodyLimit.ts"
import type * as Cors from "../request/Cors.ts"
import * as HttpRefusals from "../request/HttpRefusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { RequestRules } from "../request/RequestRules.ts"
import { Shutdown } from "../request/Shutdown.ts"
import * as Brought from "./Brought.ts"
import * as NotKept from "./NotKept.ts"
import * as Paths from "./Paths.ts"
import { RefusalCounts } from "./RefusalCounts.ts"
import * as RequestTracing from "./RequestTracing.ts"

/** Where a person may go: to the pages, where this gateway has any. */
const HOME: HttpRefusals.Elsewhere = { path: "/", words: "What is here" }
const API: HttpRefusals.Elsewhere = { path: "/openapi.json", words: "The API's document" }

const answer = Effect.fnUntraced(function*(counts: RefusalCounts["Service"], refusal: HttpRefusals.HttpRefusal) {
  const request = yield* RequestContext
  const { headers: { accept }, method, url } = yield* HttpServerRequest.HttpServerRequest
  const { code, error, headers = {}, status } = refusal
  counts.refused(request, Paths.broughtBy(method, url), code)
  const page = HttpRefusals.pageOf(refusal, accept, (yield* Paths.Paths)("/") === undefined ? API : HOME)
  if (page !== undefined) return HttpServerResponse.text(page.html, page.fields)
  const body: Problem = { error, code, retryable: status >= 500, correlation_id: request.correlationId }
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
  return refusal
})

const isTooLarge = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  Number(headers["content-length"]) > ByteSize.toNumberUnsafe(MAX_BODY)

/** Why a request is refused before it is routed; undefined where it is not. */
const refusalOf = (
  rules: RequestRules["Service"],
  request: HttpServerRequest.HttpServerRequest,
  path: Paths.Path | undefined
): HttpRefusals.HttpRefusal | undefined => {
  const { headers, method, url } = request
  const refused = rules.refusalOf(method, headers)
  if (refused !== undefined) return refused
  if (path === undefined) return HttpRefusals.notFound
  // A body whose own header says that it is too large is not waited for.
  if (isTooLarge(request)) return HttpRefusals.bodyTooLarge
  const brought = Paths.broughtBy(method, url)
  if (brought !== undefined && Brought.needsBody(brought, headers)) return rules.refusalOfOrder(headers)
  const allow = Paths.otherThan(method, path)
  return allow === undefined ? undefined : HttpRefusals.methodNotAllowed(allow)
}

/** What a browser is told that asks whether a page may send a request; undefined where it does not ask that. */
const preflightOf = (
  { cors, refusalOf }: RequestRules["Service"],
  { headers, method }: HttpServerRequest.HttpServerRequest,
  path: Paths.Path | undefined
): Cors.Fields | undefined =>
  path === undefined || refusalOf(method, headers) !== undefined
    ? undefined
    : cors.preflightOf(method, headers, path.methods)

/** The answer to a browser that asks whether a page may send a request. */
const preflight = (fields: Cors.Fields) => Effect.succeed(HttpServerResponse.empty({ status: 204, headers: fields }))

/** What every answer says of the origins that may call; beside what it varies by already. */
const withFields = (fields: Cors.Fields) => (response: HttpServerResponse.HttpServerResponse) => {
  const { vary } = response.headers
  const all = vary === undefined || fields["vary"] === undefined
    ? fields
    : { ...fields, vary: `${vary}, ${fields["vary"]}` }
  return HttpServerResponse.setHeaders(response, all)
}

type Services = Arrivals | Shutdown | RefusalCounts | RequestRules

/**
 * Around every route.
 *
 * **Details**: while the gateway shuts down each answer closes its connection. A port closes only when the last of
 * them is gone, and one that was busy at that moment would be kept alive for as long as the shutdown may take. A 413
 * closes its connection too, as soon as the rest of such a body has come or was too long (`LingeringResponse`).
 */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Services> = HttpRouter.middleware(
  Effect.map(
    Effect.all([Arrivals, Shutdown, RefusalCounts, RequestRules]),
    ([arrivals, { hasBegun }, counts, rules]) => (app) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const { method, url } = request
        const path = (yield* Paths.Paths)(url)
        const brought = Paths.broughtBy(method, url)
        const about = arrivals.of(RequestTracing.askedBy(method, path), request.headers)
        const asked = preflightOf(rules, request, path)
        const refusal = refusalOf(rules, request, path)
        const served = asked !== undefined
          ? preflight(asked)
          : refusal === undefined
          ? Effect.provideService(
            app,
            HttpServerRequest.HttpServerRequest,
            request.modify({ url: Paths.withEscapes(url), headers: Brought.typed(brought, request.headers) })
          )
          : answer(counts, refusal)
        const route = Brought.routeOf(brought)
        return yield* served.pipe(
          // Requests begin uninterruptible; a client that hangs up, and a shutdown, must interrupt them.
          Effect.interruptible,
          Effect.catchCause((cause) =>
            Cause.hasInterruptsOnly(cause)
              ? Effect.failCause(cause)
              : Effect.flatMap(fromCause(cause), (refusal) => answer(counts, refusal))
          ),
          Effect.tap(({ status }) => Metric.update(AnswerMetrics.answered(route, status), 1)),
          Effect.map(HttpServerResponse.setHeader(CorrelationIds.HEADER, about.correlationId)),
          Effect.map(NotKept.keptByNobody(path)),
          Effect.map(withFields(rules.cors.fieldsOf(request.headers))),
          Effect.map((response) =>
            hasBegun() || response.status === 413
              ? HttpServerResponse.setHeader(response, "connection", "close")
              : response
          ),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, MAX_BODY),
          Effect.provideService(RequestContext, about),
          RequestTracing.within(about)
        )
      })
  ),
  { global: true }
)

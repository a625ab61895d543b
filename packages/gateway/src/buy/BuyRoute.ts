/**
 * Takes `POST /buy` off the server before the framework, whose path around this hot route would cost more than the
 * order. Why: docs/decisions/0013-the-hot-route.md.
 *
 * **Details**: only plain requests are taken: those that no rule refuses, with a body whose length is in the headers
 * and within the bound. All others (no length, another type, `Expect`, a query) go through the framework and its
 * endpoint. Both ways lead to the same services and to the same answers.
 */
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as AnswerMetrics from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import { ByteSize, Context, Effect, Layer } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Arrivals, type Asked } from "../request/Arrivals.ts"
import { MAX_BODY } from "../request/BodyLimit.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import { RequestRules } from "../request/RequestRules.ts"
import { Shutdown } from "../request/Shutdown.ts"
import { BuyHandler } from "./BuyHandler.ts"
import type { BuyResponse } from "./BuyResponses.ts"

const ASKED: Asked = { span: "POST /buy", method: "POST", route: "/buy" }
const MAX_BYTES = ByteSize.toNumberUnsafe(MAX_BODY)

export class BuyRoute extends Context.Service<BuyRoute, {
  /** Takes the request and answers it, or does nothing and returns false. Never throws. */
  readonly take: (request: IncomingMessage, response: ServerResponse) => boolean
}>()("@flash-sale/gateway/buy/BuyRoute") {}

const isPlain = ({ headers, method, url }: IncomingMessage): boolean => {
  if (url !== "/buy" || method !== "POST" || headers.expect !== undefined) return false
  const length = Number(headers["content-length"])
  return length > 0 && length <= MAX_BYTES
}

/** Calls back with the whole body; never where the client hangs up before. */
const withBody = (request: IncomingMessage, use: (body: Uint8Array) => void): void => {
  const length = Number(request.headers["content-length"])
  let chunks: Array<Buffer> = []
  let received = 0
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk)
    received += chunk.length
    if (received < length) return
    const whole = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    chunks = []
    use(whole)
  })
}

/** A request that was taken, and what answers it. */
interface Exchange {
  readonly current: RequestContext
  readonly response: ServerResponse
}

const write = (
  { current: { correlationId, span }, response }: Exchange,
  { body, headers, status }: BuyResponse,
  isLast: boolean
) => {
  span?.set({ "http.response.status_code": status })
  span?.end(status >= 500 ? `answered ${status}` : undefined)
  // The buyer has hung up.
  if (response.destroyed) return
  response.writeHead(status, [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(body)),
    CorrelationIds.HEADER,
    correlationId,
    ...headers,
    ...(isLast ? ["connection", "close"] : [])
  ])
  response.end(body)
}

export const layer: Layer.Layer<BuyRoute, never, Arrivals | BuyHandler | RequestRules | Shutdown> = Layer.effect(
  BuyRoute,
  Effect.gen(function*() {
    const { buy } = yield* BuyHandler
    const rules = yield* RequestRules
    const { hasBegun } = yield* Shutdown
    const arrivals = yield* Arrivals
    const guard = yield* Completion.guard
    const context = yield* Effect.context<never>()
    const count = ({ status }: BuyResponse) => AnswerMetrics.answered("buy", status).updateUnsafe(1, context)
    const answer = (exchange: Exchange, buyResponse: BuyResponse): void => {
      count(buyResponse)
      write(exchange, buyResponse, hasBegun())
    }
    /** An answer that cannot be written ends its connection, so that the client does not wait for it. */
    const cut = ({ response }: Exchange, defect: unknown): void => {
      response.destroy()
      guard.report(defect)
    }
    return {
      take: (request, response) => {
        if (!isPlain(request) || rules.refusalOfOrder(request.headers) !== undefined) return false
        try {
          const current = arrivals.of(ASKED, request.headers)
          const respond = guard.of<Exchange, BuyResponse>({ current, response }, answer, cut)
          withBody(request, (body) => buy(current, body, respond))
          return true
        } catch (defect) {
          // Nothing was read yet: the framework answers.
          guard.report(defect)
          return false
        }
      }
    }
  })
)

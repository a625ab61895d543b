/**
 * Takes `POST /buy` and `POST /holds` off the server before the framework, whose path around this hot route would cost
 * more than the order. Why: docs/decisions/0013-the-hot-route.md.
 *
 * **Details**: only plain requests are taken: those that no rule refuses, with a body whose length is in the headers
 * and within the bound. All others (no length, another type, `Expect`, a query) go through the framework and its
 * endpoint. Both ways lead to the same services and to the same answers. Who sends an order is known before its body is
 * read; while a new token is checked, the body may come.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as AnswerMetrics from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import { Context, Effect, Exit, Layer } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Denied } from "../access/Denied.ts"
import { type Entry, Gatekeeper } from "../access/Gatekeeper.ts"
import { Arrivals, type Asked } from "../request/Arrivals.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import { RequestRules } from "../request/RequestRules.ts"
import { Shutdown } from "../request/Shutdown.ts"
import { BuyHandler } from "./BuyHandler.ts"
import type { BuyResponse } from "./BuyResponses.ts"
import type { OrderKind } from "./OrderInFlight.ts"
import { isPlain, withBody } from "./RequestBody.ts"

const ASKED: Readonly<Record<OrderKind, Asked>> = {
  buy: { span: "POST /buy", method: "POST", route: "/buy" },
  hold: { span: "POST /holds", method: "POST", route: "/holds" }
}

export class BuyRoute extends Context.Service<BuyRoute, {
  /** Takes the request and answers it, or does nothing and returns false. Never throws. */
  readonly take: (request: IncomingMessage, response: ServerResponse) => boolean
}>()("@flash-sale/gateway/buy/BuyRoute") {}

const kindOf = (url: string | undefined): OrderKind | undefined =>
  url === "/buy" ? "buy" : url === "/holds" ? "hold" : undefined

/** A request that was taken, and what answers it. `fields` are those of every answer to its origin, as pairs. */
interface Exchange {
  readonly kind: OrderKind
  readonly current: RequestContext
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly fields: ReadonlyArray<string>
}

/** An order of which it is being checked who sends it, while its body comes. */
interface Arriving {
  body: Uint8Array | undefined
  caller: Caller | undefined
}

const write = (
  { current: { correlationId, span }, fields, response }: Exchange,
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
    ...fields,
    ...(isLast ? ["connection", "close"] : [])
  ])
  response.end(body)
}

export const layer: Layer.Layer<BuyRoute, never, Arrivals | BuyHandler | Gatekeeper | RequestRules | Shutdown> = Layer
  .effect(
    BuyRoute,
    Effect.gen(function*() {
      const { buy, denied, failed } = yield* BuyHandler
      const gatekeeper = yield* Gatekeeper
      const rules = yield* RequestRules
      const { hasBegun } = yield* Shutdown
      const arrivals = yield* Arrivals
      const guard = yield* Completion.guard
      const context = yield* Effect.context<never>()
      const start = Effect.runCallbackWith(context)
      type Respond = Completion.Completion<BuyResponse>

      const answer = (exchange: Exchange, buyResponse: BuyResponse): void => {
        AnswerMetrics.answered(exchange.kind, buyResponse.status).updateUnsafe(1, context)
        write(exchange, buyResponse, hasBegun())
      }
      /** An answer that cannot be written ends its connection, so that the client does not wait for it. */
      const cut = ({ response }: Exchange, defect: unknown): void => {
        response.destroy()
        guard.report(defect)
      }

      /** Where the client hangs up meanwhile and its body has not come, nothing refers to the order any more. */
      const identify = ({ current, kind, request }: Exchange, respond: Respond): void => {
        const arriving: Arriving = { body: undefined, caller: undefined }
        const goOn = ({ body, caller }: Arriving): void => {
          if (body !== undefined && caller !== undefined) buy(kind, current, caller, body, respond)
        }
        withBody(request, (body) => {
          arriving.body = body
          goOn(arriving)
        })
        const found = (order: Arriving, exit: Exit.Exit<Entry>): void => {
          if (Exit.isFailure(exit)) return respond(failed(current, exit.cause))
          if (exit.value instanceof Denied) return respond(denied(current, exit.value))
          order.caller = exit.value
          goOn(order)
        }
        start(gatekeeper.identify(request.headers, request.socket.remoteAddress), { onExit: guard.of(arriving, found) })
      }

      const serve = (exchange: Exchange, respond: Respond): void => {
        const { current, kind, request } = exchange
        const caller = gatekeeper.known(request.headers, request.socket.remoteAddress)
        if (caller === undefined) identify(exchange, respond)
        else if (caller instanceof Denied) respond(denied(current, caller))
        else withBody(request, (body) => buy(kind, current, caller, body, respond))
      }

      return {
        take: (request, response) => {
          const kind = kindOf(request.url)
          if (kind === undefined || !isPlain(request) || rules.refusalOfOrder(request.headers) !== undefined) {
            return false
          }
          try {
            const current = arrivals.of(ASKED[kind], request.headers)
            const fields = rules.cors.pairsOf(request.headers)
            const exchange: Exchange = { kind, current, request, response, fields }
            serve(exchange, guard.of(exchange, answer, cut))
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

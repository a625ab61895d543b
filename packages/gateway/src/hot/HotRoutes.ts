/**
 * Takes the requests that a sale consists of off the server before the framework, whose path around them would cost
 * more than they do: orders, and looking at an order and at an item.
 * Why: docs/decisions/0054-looking-is-hot-as-well.md.
 *
 * **Details**: only plain requests are taken, which no rule refuses. All others go through the framework and its
 * endpoint. Both ways lead to the same services and to the same answers.
 */
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as AnswerMetrics from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import { Context, Effect, Layer } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Gatekeeper } from "../access/Gatekeeper.ts"
import type { Answer } from "../answers/Answer.ts"
import type { BuyHandler } from "../buy/BuyHandler.ts"
import type { ItemReads } from "../reads/ItemReads.ts"
import type { StatusReads } from "../reads/StatusReads.ts"
import { Arrivals } from "../request/Arrivals.ts"
import { RequestRules } from "../request/RequestRules.ts"
import { Shutdown } from "../request/Shutdown.ts"
import type { Exchange, HotRoute } from "./HotRoute.ts"
import * as HotTable from "./HotTable.ts"
import * as ItemRoute from "./ItemRoute.ts"
import * as OrderRoute from "./OrderRoute.ts"
import * as PlaceRoutes from "./PlaceRoutes.ts"

export class HotRoutes extends Context.Service<HotRoutes, {
  /** Takes the request and answers it, or does nothing and returns false. Never throws. */
  readonly take: (request: IncomingMessage, response: ServerResponse) => boolean
}>()("@flash-sale/gateway/hot/HotRoutes") {}

const write = (
  { current: { correlationId, span }, fields, response }: Exchange,
  { body, headers, status }: Answer,
  isLast: boolean
) => {
  if (response.destroyed) return span?.end("the client has hung up")
  span?.set({ "http.response.status_code": status })
  span?.end(status >= 500 ? `answered ${status}` : undefined)
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

/** Serves these routes. */
export const make = Effect.fnUntraced(function*(routes: ReadonlyArray<HotRoute>) {
  const { cors } = yield* RequestRules
  const { hasBegun } = yield* Shutdown
  const arrivals = yield* Arrivals
  const guard = yield* Completion.guard
  const context = yield* Effect.context<never>()
  const find = HotTable.make(routes)

  const answer = (exchange: Exchange, made: Answer): void => {
    AnswerMetrics.answered(exchange.route.counted, made.status).updateUnsafe(1, context)
    write(exchange, made, hasBegun())
  }
  /** An answer that cannot be written ends its connection, so that the client does not wait for it. */
  const cut = ({ response }: Exchange, defect: unknown): void => {
    response.destroy()
    guard.report(defect)
  }
  return HotRoutes.of({
    take: (request, response) => {
      const found = find(request.method, request.url)
      if (found === undefined || !found.route.isPlain(request.headers, found.id)) return false
      try {
        const { id, route } = found
        const current = arrivals.of(route.asked, request.headers)
        const exchange: Exchange = { route, current, request, response, fields: cors.pairsOf(request.headers) }
        route.serve(exchange, id, guard.of(exchange, answer, cut))
        return true
      } catch (defect) {
        // Nothing was done yet: the framework answers.
        guard.report(defect)
        return false
      }
    }
  })
})

type Needs = Arrivals | BuyHandler | Gatekeeper | RequestRules | Shutdown | StatusReads | ItemReads

export const layer: Layer.Layer<HotRoutes, never, Needs> = Layer.effect(
  HotRoutes,
  Effect.flatMap(
    Effect.all([PlaceRoutes.make, OrderRoute.make, ItemRoute.make]),
    ([places, order, item]) => make([...places, order, item])
  )
)

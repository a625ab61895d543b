/** One `POST /buy` from its body to its answer, without a fiber for it. */
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { type Cause, Context, Effect, Exit, Layer, Option, Result } from "effect"
import { BuyTelemetry } from "../request/BuyTelemetry.ts"
import type { Refusal } from "../request/Refusals.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import * as Validation from "../request/Validation.ts"
import { Admission } from "./Admission.ts"
import * as BuyResponses from "./BuyResponses.ts"
import * as OrderBody from "./OrderBody.ts"
import { RateLimitHeaders } from "./RateLimitHeaders.ts"

/** Hears the answer, once. */
export type Respond = (answer: BuyResponses.BuyResponse) => void

export class BuyHandler extends Context.Service<BuyHandler, {
  readonly buy: (request: RequestContext, body: Uint8Array, respond: Respond) => void
}>()("@flash-sale/gateway/buy/BuyHandler") {}

export const layer: Layer.Layer<BuyHandler, never, BuyTelemetry | Admission | RateLimitHeaders> = Layer.effect(
  BuyHandler,
  Effect.gen(function*() {
    const telemetry = yield* BuyTelemetry
    const admission = yield* Admission
    const rateLimitHeaders = yield* RateLimitHeaders
    const run = Effect.runForkWith(yield* Effect.context<never>())

    const tellBug = (cause: Cause.Cause<unknown>, correlation_id: CorrelationId) =>
      run(Log.error("A request failed by a bug", { event: "internal_error", correlation_id }, cause))

    const fail = (
      request: RequestContext,
      order: Order,
      cause: Cause.Cause<Refusal>,
      refusal: Option.Option<Refusal>
    ): BuyResponses.BuyResponse => {
      if (Option.isSome(refusal)) {
        telemetry.refused(request, refusal.value.code, order)
        return BuyResponses.refused(refusal.value, rateLimitHeaders.ofRefused(refusal.value))
      }
      tellBug(cause, request.correlationId)
      telemetry.refused(request, "internal_error", order)
      return BuyResponses.bug(request.correlationId)
    }

    const buy: BuyHandler["Service"]["buy"] = (request, body, respond) => {
      const read = OrderBody.read(body)
      if (Result.isFailure(read)) {
        const refusal = Validation.refusal(request.correlationId, read.failure)
        telemetry.refused(request, refusal.code)
        return respond(BuyResponses.refused(refusal))
      }
      const order = read.success
      telemetry.received(request, order)
      admission.offer(order, request, (answer) => {
        if (Exit.isFailure(answer)) {
          return respond(fail(request, order, answer.cause, Exit.findErrorOption(answer)))
        }
        const millis = telemetry.queued(request, order)
        const { remaining, waitMillis } = answer.value
        const body = BuyResponses.bodyOf(order, request.correlationId, millis, waitMillis)
        respond(BuyResponses.queued(order, body, rateLimitHeaders.ofQueued(remaining)))
      })
    }
    return { buy }
  })
)

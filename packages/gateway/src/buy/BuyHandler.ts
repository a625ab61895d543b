/** One `POST /buy` from its body to its answer, without a fiber for it. */
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { type Cause, Context, Effect, Exit, Layer, Option, Result } from "effect"
import { Accounts } from "../request/BuyTelemetry.ts"
import type { Refusal } from "../request/Refusals.ts"
import type { CurrentRequest } from "../request/RequestContext.ts"
import * as Validation from "../request/Validation.ts"
import { Admission } from "./Admission.ts"
import * as BuyResponses from "./BuyResponses.ts"
import * as OrderBody from "./OrderBody.ts"
import { RateLimitFields } from "./RateLimitHeaders.ts"

/** Hears the answer, once. */
export type Respond = (answer: BuyResponses.Answer) => void

export class Buying extends Context.Service<Buying, {
  readonly buy: (request: CurrentRequest, body: Uint8Array, respond: Respond) => void
}>()("@flash-sale/gateway/buy/BuyHandler") {}

export const layer: Layer.Layer<Buying, never, Accounts | Admission | RateLimitFields> = Layer.effect(
  Buying,
  Effect.gen(function*() {
    const accounts = yield* Accounts
    const admission = yield* Admission
    const fields = yield* RateLimitFields
    const run = Effect.runForkWith(yield* Effect.context<never>())

    const tellBug = (cause: Cause.Cause<unknown>, correlation_id: CorrelationId) =>
      run(Log.error("A request failed by a bug", { event: "internal_error", correlation_id }, cause))

    const fail = (
      request: CurrentRequest,
      order: Order,
      cause: Cause.Cause<Refusal>,
      refusal: Option.Option<Refusal>
    ): BuyResponses.Answer => {
      if (Option.isSome(refusal)) {
        accounts.refused(request, refusal.value.code, order)
        return BuyResponses.refused(refusal.value, fields.ofRefused(refusal.value))
      }
      tellBug(cause, request.correlationId)
      accounts.refused(request, "internal_error", order)
      return BuyResponses.bug(request.correlationId)
    }

    const buy: Buying["Service"]["buy"] = (request, body, respond) => {
      const read = OrderBody.read(body)
      if (Result.isFailure(read)) {
        const refusal = Validation.refusal(request.correlationId, read.failure)
        accounts.refused(request, refusal.code)
        return respond(BuyResponses.refused(refusal))
      }
      const order = read.success
      accounts.received(request, order)
      admission.offer(order, request, (answer) => {
        if (Exit.isFailure(answer)) {
          return respond(fail(request, order, answer.cause, Exit.findErrorOption(answer)))
        }
        const millis = accounts.queued(request, order)
        const { remaining, waitMillis } = answer.value
        const body = BuyResponses.bodyOf(order, request.correlationId, millis, waitMillis)
        respond(BuyResponses.queued(order, body, fields.ofQueued(remaining)))
      })
    }
    return { buy }
  })
)

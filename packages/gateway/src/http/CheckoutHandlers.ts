/** The endpoints of holds after they were accepted: each only translates between the wire and `OrderActions`. */
import { Api } from "@flash-sale/domain/api/Api"
import { CurrentCaller } from "@flash-sale/domain/api/Authorization"
import type { ConfirmBody } from "@flash-sale/domain/api/checkout/CheckoutApi"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import * as BuyResponses from "../buy/BuyResponses.ts"
import { RateLimitHeaders } from "../buy/RateLimitHeaders.ts"
import type { Call, Named } from "../checkout/ActionRecord.ts"
import { ActionTelemetry } from "../checkout/ActionTelemetry.ts"
import { OrderActions } from "../checkout/OrderActions.ts"
import { OrderWaits } from "../live/OrderWaits.ts"
import * as RepeatedFields from "../request/RepeatedFields.ts"
import { RequestContext } from "../request/RequestContext.ts"
import * as Prefer from "./Prefer.ts"
import { withHeaders, withRetryAfter } from "./RefusalHeaders.ts"

/** Of a call without a body. */
const NOTHING: ConfirmBody = {}

export const checkout = HttpApiBuilder.group(Api, "checkout", (handlers) =>
  Effect.gen(function*() {
    const actions = yield* OrderActions
    const telemetry = yield* ActionTelemetry
    const rateLimitHeaders = yield* RateLimitHeaders
    const { wait } = yield* OrderWaits

    /** `text` is kept from when the body was read first. */
    const withoutRepeats = Effect.fnUntraced(function*<E>(body: object, text: Effect.Effect<string, E>) {
      const field = RepeatedFields.find(yield* Effect.orDie(text), Object.keys(body).length)
      if (field !== undefined) return yield* RepeatedFields.refusal((yield* RequestContext).correlationId, field)
    })

    const act = <Status extends string, E>(
      call: Call,
      status: Status,
      requestId: RequestId,
      named: Named,
      text: Effect.Effect<string, E>
    ) =>
      Effect.gen(function*() {
        const request = yield* RequestContext
        const caller = yield* CurrentCaller
        yield* withoutRepeats(named, text)
        const itemId = yield* actions.act(call, requestId, named, caller)
        const millis = Prefer.waitMillis((yield* HttpServerRequest.HttpServerRequest).headers)
        const record = millis === 0
          ? undefined
          : yield* wait({ requestId, itemId }, caller, millis, (known) => actions.isJudged(call, named, known))
        if (record !== undefined) yield* actions.judge(call, record)
        const processing_time_ms = telemetry.queued(request, call.action, requestId)
        return record !== undefined
          ? Prefer.applied(record, caller)
          : HttpApiSchema.withHeaders({
            body: { status, request_id: requestId, correlation_id: request.correlationId, processing_time_ms },
            headers: { location: BuyResponses.locationOf({ requestId }) }
          })
      }).pipe(
        Effect.tapError((refusal) =>
          Effect.flatMap(RequestContext, (request) => {
            telemetry.refused(request, call.action, refusal.code, requestId)
            return withHeaders({ ...rateLimitHeaders.ofRefused(refusal) })
          })
        ),
        withRetryAfter
      )

    return handlers
      .handle("confirm", ({ params, payload, request: { text } }) => {
        const body = payload ?? NOTHING
        const call: Call = { action: "confirm", paymentToken: body.payment_token }
        return act(call, "Confirm Queued", params.request_id, body, text)
      })
      .handle("paid", ({ params, payload, request: { text } }) =>
        act({ action: "paid", reference: payload.reference }, "Paid Queued", params.request_id, payload, text).pipe(
          // Only a confirmation counts as a request of its user, so no other call can be refused for that.
          Effect.catchTag("RateLimited", Effect.die)
        ))
      .handle("cancel", ({ params, payload, request: { text } }) =>
        act({ action: "cancel" }, "Cancel Queued", params.request_id, payload ?? NOTHING, text).pipe(
          Effect.catchTag("RateLimited", Effect.die)
        ))
  }))

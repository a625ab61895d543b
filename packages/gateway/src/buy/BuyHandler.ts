/**
 * One `POST /buy` or `POST /holds` from its body to its answer, without a fiber for it. Why:
 * docs/decisions/0013-the-hot-route.md.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Cause, Context, Effect, Exit, Layer, Option, Result } from "effect"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import type { Denied, EntryDenial } from "../access/Denied.ts"
import type { Answer } from "../answers/Answer.ts"
import * as BugAnswers from "../answers/BugAnswers.ts"
import * as RefusalAnswers from "../answers/RefusalAnswers.ts"
import { BuyTelemetry } from "../request/BuyTelemetry.ts"
import type { Refusal } from "../request/Refusals.ts"
import * as RepeatedFields from "../request/RepeatedFields.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import * as Validation from "../request/Validation.ts"
import { Admission } from "./Admission.ts"
import * as BuyResponses from "./BuyResponses.ts"
import * as OrderBody from "./OrderBody.ts"
import type { AcceptedOrder, AdmissionResult, NewOrder, OrderKind } from "./OrderInFlight.ts"
import { RateLimitHeaders } from "./RateLimitHeaders.ts"

export class BuyHandler extends Context.Service<BuyHandler, {
  /** Completes `respond` once, whatever happens: a bug is answered 500. Never throws. */
  readonly buy: (
    kind: OrderKind,
    request: RequestContext,
    caller: Caller,
    body: Uint8Array,
    respond: Completion.Completion<Answer>
  ) => void
  /** The answer to an order that is not even read, for who sends it. Counts and logs it. */
  readonly denied: (request: RequestContext, denied: Denied<EntryDenial>) => Answer
  /** The answer to an order of which a bug keeps us from knowing who sends it. Counts and logs it. */
  readonly failed: (request: RequestContext, cause: Cause.Cause<unknown>) => Answer
}>()("@flash-sale/gateway/buy/BuyHandler") {}

/** An order whose request awaits an answer. */
interface Pending {
  readonly request: RequestContext
  readonly order: NewOrder
  readonly respond: Completion.Completion<Answer>
}

/** Makes the answer 500, also where the bug cannot be counted. */
const failing = Effect.fnUntraced(function*(telemetry: BuyTelemetry["Service"]) {
  const guard = yield* Completion.guard
  const answerTo = yield* BugAnswers.make
  return (request: RequestContext, cause: Cause.Cause<unknown>, order?: Order): Answer => {
    const answer = answerTo(request, cause)
    try {
      telemetry.refused(request, "internal_error", order)
    } catch (defect) {
      guard.report(defect)
    }
    return answer
  }
})

export const layer: Layer.Layer<BuyHandler, never, BuyTelemetry | Admission | RateLimitHeaders> = Layer.effect(
  BuyHandler,
  Effect.gen(function*() {
    const telemetry = yield* BuyTelemetry
    const admission = yield* Admission
    const rateLimitHeaders = yield* RateLimitHeaders
    const guard = yield* Completion.guard
    const failed = yield* failing(telemetry)

    const died = ({ order, request, respond }: Pending, defect: unknown): void =>
      respond(failed(request, Cause.die(defect), order))

    const accepted = ({ order, request }: Pending, { remaining, waitMillis }: AcceptedOrder) => {
      const fields = rateLimitHeaders.ofQueued(remaining)
      const millis = telemetry.queued(request, order)
      return BuyResponses.queued(
        order,
        BuyResponses.bodyOf(order, request.correlationId, millis, waitMillis),
        fields
      )
    }
    const refused = ({ order, request }: Pending, refusal: Refusal) => {
      const fields = rateLimitHeaders.ofRefused(refusal)
      telemetry.refused(request, refusal.code, order)
      return RefusalAnswers.refused(refusal, fields)
    }
    const answer = (pending: Pending, result: AdmissionResult): void => {
      const { order, request, respond } = pending
      if (Exit.isSuccess(result)) return respond(accepted(pending, result.value))
      const refusal = Exit.findErrorOption(result)
      if (Option.isSome(refusal)) respond(refused(pending, refusal.value))
      else respond(failed(request, result.cause, order))
    }

    const read = (
      kind: OrderKind,
      request: RequestContext,
      caller: Caller,
      body: Uint8Array,
      respond: Pending["respond"]
    ): void => {
      const decoded = OrderBody.read(kind, body)
      if (Result.isFailure(decoded)) {
        const { correlationId } = request
        const refusal = decoded.failure._tag === "RepeatedField"
          ? RepeatedFields.refusal(correlationId, decoded.failure.field)
          : Validation.refusal(correlationId, decoded.failure)
        telemetry.refused(request, refusal.code)
        return respond(RefusalAnswers.refused(refusal))
      }
      const order = decoded.success
      telemetry.received(request, order)
      const pending: Pending = { request, order, respond }
      admission.offer(kind, order, request, caller, guard.of(pending, answer, died))
    }
    return {
      failed,
      denied: (request, { denial }) => {
        const refusal = AccessRefusals.ofEntry(request.correlationId, denial)
        telemetry.refused(request, refusal.code)
        return RefusalAnswers.refused(refusal)
      },
      buy: (kind, request, caller, body, respond) => {
        try {
          read(kind, request, caller, body, respond)
        } catch (defect) {
          respond(failed(request, Cause.die(defect)))
        }
      }
    }
  })
)

/** The endpoints of orders: each only translates between the wire and the service that does the work. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { Api } from "@flash-sale/domain/api/Api"
import { CurrentCaller } from "@flash-sale/domain/api/Authorization"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Admission } from "../buy/Admission.ts"
import * as BuyResponses from "../buy/BuyResponses.ts"
import * as OrderBody from "../buy/OrderBody.ts"
import type { NewOrder, OrderKind } from "../buy/OrderInFlight.ts"
import { RateLimitHeaders } from "../buy/RateLimitHeaders.ts"
import * as OrderLists from "../reads/OrderLists.ts"
import { StatusReads } from "../reads/StatusReads.ts"
import * as Views from "../reads/Views.ts"
import { BuyTelemetry } from "../request/BuyTelemetry.ts"
import * as RepeatedFields from "../request/RepeatedFields.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { waiting } from "./Prefer.ts"
import { withHeaders, withRetryAfter } from "./RefusalHeaders.ts"

const isOver = ({ status }: StatusRecord): boolean => isFinal(status)
/** Also where a hold is held: what comes next is for its buyer to say. */
const isStanding = (record: StatusRecord): boolean => isOver(record) || record.expiresAt !== undefined

export const orders = HttpApiBuilder.group(Api, "orders", (handlers) =>
  Effect.gen(function*() {
    const telemetry = yield* BuyTelemetry
    const admission = yield* Admission
    const rateLimitHeaders = yield* RateLimitHeaders
    const statuses = yield* StatusReads
    const list = yield* OrderLists.make
    const wait = yield* waiting
    /** The text is kept from when it was read first. */
    const withoutRepeats = Effect.fnUntraced(function*<E>(order: NewOrder, text: Effect.Effect<string, E>) {
      const request = yield* RequestContext
      const repeated = RepeatedFields.find(yield* Effect.orDie(text), OrderBody.fieldsOf(order))
      if (repeated === undefined) return request
      telemetry.refused(request, "validation_failed")
      return yield* RepeatedFields.refusal(request.correlationId, repeated)
    })
    const place = <E>(kind: OrderKind, order: NewOrder, text: Effect.Effect<string, E>) =>
      Effect.flatMap(Effect.all([withoutRepeats(order, text), CurrentCaller]), ([request, caller]) => {
        telemetry.received(request, order)
        const isDone = kind === "hold" ? isStanding : isOver
        const placed = admission.place(kind, order, caller).pipe(
          Effect.tapError((refusal) => {
            telemetry.refused(request, refusal.code, order)
            return withHeaders({ ...rateLimitHeaders.ofRefused(refusal) })
          }),
          Effect.map(({ remaining, waitMillis }) =>
            HttpApiSchema.withHeaders({
              body: BuyResponses.bodyOf(order, request.correlationId, telemetry.queued(request, order), waitMillis),
              headers: { location: BuyResponses.locationOf(order), ...rateLimitHeaders.ofQueued(remaining) }
            })
          ),
          withRetryAfter
        )
        // Who repeats an order waits for it as well.
        return wait({ order, caller, isDone }, placed, ({ _tag }) => _tag === "DuplicateRequest")
      })
    const look = Effect.fnUntraced(function*(requestId: RequestId, caller: Caller) {
      const record = yield* statuses.read(requestId, caller)
      const view = Effect.succeed(Views.ofOrder(record, caller))
      return yield* wait({ order: record, caller, isDone: isStanding }, view)
    })
    return handlers
      // Most requests are served by `HotRoutes` instead: to place an order, and to look at one.
      .handle("buy", ({ payload, request: { text } }) => place("buy", payload, text))
      .handle("hold", ({ payload, request: { text } }) => place("hold", payload, text))
      .handle("pastOrders", ({ query }) =>
        Effect.flatMap(CurrentCaller, (caller) => list(query, caller)).pipe(withRetryAfter))
      .handle("order", ({ params }) =>
        Effect.flatMap(CurrentCaller, (caller) =>
          look(params.request_id, caller)).pipe(withRetryAfter))
  }))

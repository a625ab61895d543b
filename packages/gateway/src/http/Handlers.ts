/** The endpoints: each only translates between the wire and the service that does the work. */
import { Api } from "@flash-sale/domain/api/Api"
import { CurrentCaller } from "@flash-sale/domain/api/Authorization"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import { DEFAULT_PAGE, type ItemsQuery } from "@flash-sale/domain/api/ItemsApi"
import { NotReady, Unhealthy } from "@flash-sale/domain/api/SystemApi"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { release } from "@flash-sale/infra/http/Release"
import { Effect } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Admission } from "../buy/Admission.ts"
import * as BuyResponses from "../buy/BuyResponses.ts"
import * as OrderBody from "../buy/OrderBody.ts"
import type { NewOrder, OrderKind } from "../buy/OrderInFlight.ts"
import { RateLimitHeaders } from "../buy/RateLimitHeaders.ts"
import { LogBreaker } from "../guards/LogBreaker.ts"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { ItemEvents } from "../live/ItemEvents.ts"
import { OrderEvents } from "../live/OrderEvents.ts"
import { ItemLists } from "../reads/ItemLists.ts"
import { ItemPages } from "../reads/ItemPages.ts"
import { ItemReads } from "../reads/ItemReads.ts"
import { StatusReads } from "../reads/StatusReads.ts"
import * as Views from "../reads/Views.ts"
import { BuyTelemetry } from "../request/BuyTelemetry.ts"
import * as Refusals from "../request/Refusals.ts"
import * as RepeatedFields from "../request/RepeatedFields.ts"
import { RequestContext } from "../request/RequestContext.ts"
import * as Shutdown from "../request/Shutdown.ts"
import { withHeaders, withRetryAfter } from "./RefusalHeaders.ts"

export const orders = HttpApiBuilder.group(Api, "orders", (handlers) =>
  Effect.gen(function*() {
    const telemetry = yield* BuyTelemetry
    const admission = yield* Admission
    const rateLimitHeaders = yield* RateLimitHeaders
    const statuses = yield* StatusReads
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
        return admission.place(kind, order, caller).pipe(
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
      })
    return handlers
      // Most orders are served by `BuyRoute` instead.
      .handle("buy", ({ payload, request: { text } }) => place("buy", payload, text))
      .handle("hold", ({ payload, request: { text } }) => place("hold", payload, text))
      .handle("order", ({ params }) =>
        Effect.flatMap(CurrentCaller, (caller) =>
          Effect.map(statuses.read(params.request_id, caller), (record) =>
            Views.ofOrder(record, caller))).pipe(
            withRetryAfter
          ))
  }))

export const items = HttpApiBuilder.group(Api, "items", (handlers) =>
  Effect.gen(function*() {
    const reads = yield* ItemReads
    const lists = yield* ItemLists
    const pages = yield* ItemPages
    const unread = (code: Unavailable["code"]) => () =>
      Effect.flatMap(RequestContext, ({ correlationId }) => Effect.fail(Refusals.unavailable(correlationId, code)))
    const list = Effect.fnUntraced(function*({ cursor, ids, limit = DEFAULT_PAGE }: ItemsQuery) {
      const { itemIds, next } = ids === undefined
        ? yield* pages.names(cursor, limit)
        : { itemIds: ids, next: undefined }
      const shown = yield* Views.ofItems(itemIds, yield* lists.look(itemIds))
      return { ...shown, ...(next === undefined ? {} : { next }) }
    })
    return handlers.handle("items", ({ query }) =>
      list(query).pipe(
        Effect.catchTags({ TooManyReads: unread("overloaded"), StoreUnavailable: unread("store_unavailable") }),
        withRetryAfter
      )).handle("item", ({ params }) =>
        reads.look(params.item_id).pipe(
          Effect.catchTags({
            StoreUnavailable: unread("store_unavailable"),
            ItemDamaged: unread("item_stopped")
          }),
          Effect.flatMap((look) => Views.ofItem(params.item_id, look)),
          withRetryAfter
        ))
  }))

export const live = HttpApiBuilder.group(Api, "live", (handlers) =>
  Effect.gen(function*() {
    const items = yield* ItemEvents
    const orders = yield* OrderEvents
    return handlers
      .handle("orderEvents", ({ headers, params }) =>
        CurrentCaller.pipe(
          Effect.flatMap((caller) => orders.answer(params.request_id, caller, headers["last-event-id"])),
          withRetryAfter
        ))
      .handle("itemEvents", ({ headers, params }) =>
        withRetryAfter(items.answer(params.item_id, headers["last-event-id"])))
  }))

export const system = HttpApiBuilder.group(Api, "system", (handlers) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const breaker = yield* LogBreaker
    const count = yield* PartitionCount
    const shutdown = yield* Shutdown.Shutdown
    return handlers
      .handle("health", () =>
        Effect.gen(function*() {
          const [kafka, redis] = yield* Effect.all([log.isUp, store.isUp], { concurrency: 2 })
          const parts = { redis, kafka, circuit_breaker_state: breaker.state() }
          return !shutdown.hasBegun() && redis && kafka && parts.circuit_breaker_state === "closed"
            ? { status: "healthy" as const, ...parts }
            : yield* new Unhealthy(parts)
        }))
      .handle("version", () => Effect.succeed(release))
      .handle("livez", () => Effect.succeed({ status: "live" as const }))
      .handle("readyz", () =>
        Effect.gen(function*() {
          // A rollout with a wrong setting would replace gateways that serve; those that refuse alike all stay.
          const hasNeverServed = count.now() === undefined && (yield* log.trouble) !== undefined
          return shutdown.hasBegun() || hasNeverServed ? yield* new NotReady() : { status: "ready" as const }
        }))
  }))

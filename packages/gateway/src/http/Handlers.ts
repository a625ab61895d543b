/** The endpoints but those of orders: each only translates between the wire and the service that does the work. */
import { Api } from "@flash-sale/domain/api/Api"
import { CurrentCaller } from "@flash-sale/domain/api/Authorization"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import { DEFAULT_PAGE, type ItemsQuery } from "@flash-sale/domain/api/ItemsApi"
import { NotReady, Unhealthy } from "@flash-sale/domain/api/SystemApi"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { release } from "@flash-sale/infra/http/Release"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { LogBreaker } from "../guards/LogBreaker.ts"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { ItemEvents } from "../live/ItemEvents.ts"
import { OrderEvents } from "../live/OrderEvents.ts"
import { ItemLists } from "../reads/ItemLists.ts"
import { ItemPages } from "../reads/ItemPages.ts"
import { ItemReads } from "../reads/ItemReads.ts"
import * as Views from "../reads/Views.ts"
import * as Refusals from "../request/Refusals.ts"
import * as Shutdown from "../request/Shutdown.ts"
import { WarmingUp } from "../request/WarmingUp.ts"
import { withRetryAfter } from "./RefusalHeaders.ts"

export const items = HttpApiBuilder.group(Api, "items", (handlers) =>
  Effect.gen(function*() {
    const reads = yield* ItemReads
    const lists = yield* ItemLists
    const pages = yield* ItemPages
    const unread = (code: Unavailable["code"]) => () => Refusals.refuseUnavailable(code)
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
    const isWarmingUp = yield* WarmingUp
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
          return shutdown.hasBegun() || hasNeverServed || isWarmingUp()
            ? yield* new NotReady()
            : { status: "ready" as const }
        }))
  }))

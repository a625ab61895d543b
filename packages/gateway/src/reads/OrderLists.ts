/** `GET /orders`: a buyer's own orders, a page after the other, out of the archive. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { NoArchive } from "@flash-sale/domain/api/lists/ArchiveErrors"
import * as PastOrders from "@flash-sale/domain/api/lists/PastOrders"
import { DEFAULT_PAGE } from "@flash-sale/domain/archive/Questions"
import { Effect } from "effect"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import * as Refusals from "../request/Refusals.ts"
import { refuse, RequestContext } from "../request/RequestContext.ts"
import { ArchiveReads } from "./ArchiveReads.ts"

/** Whose order it is is told to an api key alone: a buyer knows it. */
const shownTo = (caller: Caller, { user_id: userId, ...view }: ReturnType<typeof PastOrders.viewOf>) =>
  caller._tag === "Key" && userId !== undefined ? { ...view, user_id: userId } : view

export const make = Effect.gen(function*() {
  const gatekeeper = yield* Gatekeeper
  const archive = yield* ArchiveReads

  return Effect.fnUntraced(
    function*({ cursor, limit = DEFAULT_PAGE, user }: PastOrders.PastOrdersQuery, caller: Caller) {
      const { correlationId } = yield* RequestContext
      const denied = gatekeeper.listDenialOf(caller, user)
      if (denied !== undefined) return yield* Effect.fail(AccessRefusals.ofOrder(correlationId, denied))
      const userId = caller._tag === "Buyer" ? caller.userId : user
      if (userId === undefined) {
        const message = "is required with an api key: whose orders are asked for"
        return yield* Effect.fail(Refusals.invalidField(correlationId, "user", message))
      }
      const { entries, next } = yield* archive.orders({ userId }, cursor, limit)
      const orders = entries.map((order) => shownTo(caller, PastOrders.viewOf(order)))
      return next === undefined ? { orders } : { orders, next }
    },
    Effect.catchTags({
      NoArchive: () => refuse((correlationId) => new NoArchive({ correlation_id: correlationId })),
      ArchiveUnavailable: () => Refusals.refuseUnavailable("store_unavailable"),
      TooManyReads: () => Refusals.refuseUnavailable("overloaded")
    })
  )
})

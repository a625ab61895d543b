/** `GET /admin/v1/orders`, `GET /admin/v1/orders/:request_id` and `GET /admin/v1/audit`. */
import type { AuditQuery, OrdersQuery } from "@flash-sale/domain/api/admin/archive/AdminArchive"
import { UnknownOrder } from "@flash-sale/domain/api/Errors"
import { DEFAULT_PAGE } from "@flash-sale/domain/archive/Questions"
import * as Archive from "@flash-sale/domain/ports/Archive"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import { KnownOrders } from "@flash-sale/gateway/reads/KnownOrders"
import * as Refusals from "@flash-sale/gateway/request/Refusals"
import { refuse, RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as ArchiveViews from "@flash-sale/operations/archive/ArchiveViews"
import * as OrderDetails from "@flash-sale/operations/orders/OrderDetails"
import { Effect, Option } from "effect"
import * as Failures from "../request/Failures.ts"
import * as ArchiveFailures from "./ArchiveFailures.ts"

/** In milliseconds; the schema has seen to it that it is a moment. */
const millisOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Option.getOrUndefined(Moment.millisOf(text))

const pageOf = <Name extends string, A>(name: Name, entries: ReadonlyArray<A>, next: string | undefined) =>
  ({ [name]: entries, ...(next === undefined ? {} : { next }) }) as
    & { readonly [K in Name]: ReadonlyArray<A> }
    & { readonly next?: string }

export const orders = Effect.fnUntraced(function*(query: typeof OrdersQuery.Type) {
  const { cursor, item, limit = DEFAULT_PAGE, status, user } = query
  const { correlationId } = yield* RequestContext
  const [from, until] = [millisOf(query.from), millisOf(query.until)]
  if (from !== undefined && until !== undefined && until <= from) {
    return yield* Effect.fail(Refusals.invalidField(correlationId, "until", "must be later than from"))
  }
  const archive = yield* Archive.optional
  const { entries, next } = yield* ArchiveFailures.bounded(
    archive.orders({ itemId: item, userId: user, status, from, until }, cursor, limit)
  )
  return pageOf("orders", entries.map(ArchiveViews.orderOf), next)
})

/** The order; that nobody knows it is said only where everything is known. */
export const order = (requestId: RequestId, item: ItemId | undefined) =>
  ArchiveFailures.bounded(
    Effect.catchTag(OrderDetails.find(requestId, item), "UnknownOrder", () =>
      Effect.gen(function*() {
        const known = yield* KnownOrders
        if (!(yield* known.isEvery)) return yield* new StoreUnavailable({ detail: "not everything is known yet" })
        // What was missing when it was looked for may have come before it was asked whether everything is there.
        return yield* OrderDetails.find(requestId, item)
      }))
  ).pipe(
    Effect.catchTags({
      UnknownOrder: () => refuse((correlationId) => new UnknownOrder({ correlation_id: correlationId })),
      OrderUndecided: () => Failures.unavailable("outcome_unknown")
    }),
    Failures.answered
  )

export const audit = Effect.fnUntraced(function*(query: typeof AuditQuery.Type) {
  const { by, cursor, item, limit = DEFAULT_PAGE } = query
  const archive = yield* Archive.optional
  const { entries, next } = yield* ArchiveFailures.bounded(
    archive.audit({ itemId: item, by, since: millisOf(query.since) }, cursor, limit)
  )
  return pageOf("entries", entries.map(ArchiveViews.auditOf), next)
})

/** The archive through the admin API. */
import { ArchiveCursor, type AuditFilter, type OrderFilter } from "@flash-sale/domain/archive/Questions"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import type { Counts } from "@flash-sale/operations/archive/Report"
import { Effect } from "effect"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as OrderWords from "../order/OrderWords.ts"
import type { RemoteCall } from "../RemoteCall.ts"
import type { PageOptions } from "./ArchiveView.ts"

const cursorOf = (next: string | undefined) => next === undefined ? undefined : ArchiveCursor.make(next)

/** What is said of these, without what is not. */
const said = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined>
  }

const momentOf = (millis: number | undefined) => millis === undefined ? undefined : Moment.isoOf(millis)

export const orders = ({ client, read }: RemoteCall) => (filter: OrderFilter, { cursor, limit }: PageOptions) => {
  const { from, itemId, status, until, userId } = filter
  const query = { item: itemId, user: userId, status, from: momentOf(from), until: momentOf(until), cursor, limit }
  return Effect.map(
    read(client.archive.orders({ query: said(query) })),
    ({ next, orders }) => ({ entries: orders, next: cursorOf(next) })
  )
}

export const audit = ({ client, read }: RemoteCall) => (filter: AuditFilter, { cursor, limit }: PageOptions) => {
  const query = { item: filter.itemId, by: filter.by, since: momentOf(filter.since), cursor, limit }
  return Effect.map(
    read(client.archive.audit({ query: said(query) })),
    ({ entries, next }) => ({ entries, next: cursorOf(next) })
  )
}

/** The counts: the orders are asked for page by page. */
export const itemReport = ({ client, read }: RemoteCall) =>
  Effect.fnUntraced(function*(itemId: ItemId): Effect.fn.Return<Counts, CommandFailed.CommandFailed> {
    const found = yield* read(
      client.archive.report({ params: { item_id: itemId }, query: { limit: 1 } }).pipe(
        Effect.catchTag("UnknownItem", () => Effect.undefined)
      )
    )
    if (found === undefined) return yield* CommandFailed.noItem({ itemId, isComplete: true })
    if (typeof found === "string") {
      return yield* CommandFailed.unreachable("the answer is none that this release knows: is it another one?")
    }
    const { next: _next, orders: _orders, ...counts } = found
    return counts
  })

const NO_ARCHIVE =
  "through the admin API orders are read out of an archive, and this engine has none: ask beside its " +
  "stores, or GET /orders at its gateway"

/** How an order stands. */
export const order = (call: RemoteCall) => (requestId: RequestId) =>
  Effect.flatMap(
    orderDetails(call)(requestId, undefined),
    (found) => found === undefined ? Effect.fail(CommandFailed.failed(NO_ARCHIVE)) : Effect.succeed(found.order)
  )

/** Undefined where there is no archive. */
export const orderDetails = ({ client, read }: RemoteCall) => (requestId: RequestId, itemId: ItemId | undefined) =>
  read(
    client.archive.order({ params: { request_id: requestId }, query: said({ item: itemId }) }).pipe(
      Effect.map((found) => ({ _tag: "Found" as const, found })),
      Effect.catchTags({
        NoArchive: () => Effect.succeed({ _tag: "None" as const }),
        UnknownOrder: () => Effect.succeed({ _tag: "Unknown" as const })
      })
    )
  ).pipe(Effect.flatMap((answer) =>
    answer._tag === "Unknown"
      ? Effect.fail(OrderWords.unknown({ requestId, itemId }))
      : Effect.succeed(answer._tag === "Found" ? answer.found : undefined)
  ))

/** One order by its id alone, as far as store and archive know it, with its history. */
import type * as Bodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import type { ArchivedOrder } from "@flash-sale/domain/archive/ArchivedOrder"
import * as Archive from "@flash-sale/domain/ports/Archive"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import { type StatusRecord, step } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import * as ArchiveViews from "../archive/ArchiveViews.ts"
import { OrderUndecided, UnknownOrder } from "./FoundOrder.ts"

type Order = typeof Bodies.OrderDetails.Type["order"]

/** How an order stands, by its status. */
const standingOf = (record: StatusRecord) => ({
  status: record.status,
  ...(record.reason === undefined ? {} : { reason: record.reason }),
  attempt: record.attempt,
  ...(record.expiresAt === undefined ? {} : { expires_at: record.expiresAt }),
  ...(record.confirmed === undefined ? {} : { confirmed: record.confirmed }),
  ...(record.refund === undefined ? {} : { refund: record.refund }),
  ...(record.refundDue === undefined || record.refundDue.length === 0 ? {} : { refund_due: record.refundDue }),
  updated_at: record.updatedAt
})

/** An order of which there is the status alone. */
const ofStatus = (record: StatusRecord): Order => {
  const userId = ownerIn(record.fingerprint)
  return {
    request_id: record.requestId,
    item_id: record.itemId,
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(record.amount === undefined ? {} : { amount: record.amount }),
    ...standingOf(record),
    correlation_id: record.correlationId
  }
}

/** Whether the status is at least as far as the archive. */
const isAhead = (record: StatusRecord, order: ArchivedOrder): boolean =>
  record.attempt > order.attempt || (record.attempt === order.attempt && step(record) >= order.step)

/** The archive's order as its status says it stands, where that is ahead. */
const whole = (order: ArchivedOrder, record: StatusRecord | undefined): Order => {
  const { confirmed, expires_at, reason, refund_due, ...row } = ArchiveViews.orderOf(order)
  if (record !== undefined && isAhead(record, order)) return { ...row, ...standingOf(record) }
  return {
    ...row,
    ...(reason === undefined ? {} : { reason }),
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(confirmed === undefined ? {} : { confirmed }),
    ...(refund_due === undefined ? {} : { refund_due })
  }
}

/** Whether the status is that of the order which is asked for. */
const isOf = (kept: StatusRecord | undefined, named: ItemId | undefined): boolean =>
  kept !== undefined && (named === undefined || named === kept.itemId)

/** The item whose order moved last. */
const lastMoved = (orders: ReadonlyArray<ArchivedOrder>, record: StatusRecord | undefined): ItemId | undefined => {
  const [first] = orders
  if (first === undefined || record === undefined) return first?.itemId ?? record?.itemId
  return Date.parse(record.updatedAt) >= Date.parse(first.updatedAt) ? record.itemId : first.itemId
}

/** The order, as it is known at this moment: by its status alone where the archive is away or does not know it. */
export const find = Effect.fn("OrderDetails.find")(function*(
  requestId: RequestId,
  named: ItemId | undefined
): Effect.fn.Return<
  typeof Bodies.OrderDetails.Type,
  Archive.ArchiveError | StoreUnavailable | UnknownOrder | OrderUndecided,
  OrderStatuses
> {
  const archive = yield* Archive.optional
  const statuses = yield* OrderStatuses
  const lookup = yield* statuses.read(requestId)
  const kept = lookup._tag === "Kept" ? lookup.record : undefined
  // What the store knows is told also while the archive is away.
  const archived = yield* Effect.catchTag(
    archive.find(requestId),
    "ArchiveUnavailable",
    (away) => isOf(kept, named) ? Effect.succeed([]) : Effect.fail(away)
  )
  const itemId = named ?? lastMoved(archived, kept)
  const order = archived.find((one) => one.itemId === itemId)
  const record = kept?.itemId === itemId ? kept : undefined
  const others = [...archived.map((one) => one.itemId), ...(kept === undefined ? [] : [kept.itemId])]
    .filter((one) => one !== itemId)
  const told = others.length === 0 ? {} : { other_items: [...new Set(others)] }
  if (order !== undefined) {
    const history = yield* archive.history(order.itemId, requestId)
    return { archived: true, order: whole(order, record), history: history.map(ArchiveViews.historyOf), ...told }
  }
  if (record !== undefined) return { archived: false, order: ofStatus(record), history: [], ...told }
  if (lookup._tag === "Leased") return yield* new OrderUndecided({ requestId })
  return yield* new UnknownOrder({ requestId, isItemMissing: named === undefined })
})

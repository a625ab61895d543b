/**
 * Finding an order: by the item that the operator names, else by its status where that is kept, else by the archive
 * where it knows one item alone that has it; then in the ledger.
 */
import * as Archive from "@flash-sale/domain/ports/Archive"
import type { OrderKnown } from "@flash-sale/domain/ports/ItemReads"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { type ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Schema } from "effect"

/**
 * Nobody knows the order. `isItemMissing`: no item was named in which to look for it, its status is not kept, and no
 * archive says which it was: none has the order, or of several items one.
 */
export class UnknownOrder extends Schema.TaggedError<UnknownOrder>()("UnknownOrder", {
  requestId: RequestId,
  isItemMissing: Schema.Boolean
}) {}

/** A request is placing the order at this moment, or began to: it is not known yet whether there is one. */
export class OrderUndecided extends Schema.TaggedError<OrderUndecided>()("OrderUndecided", { requestId: RequestId }) {}

/** An order, as its item and its status have it. */
export interface FoundOrder {
  readonly requestId: RequestId
  readonly itemId: ItemId
  readonly partition: PartitionId
  /** Undefined where it is no longer kept. */
  readonly status: StatusRecord | undefined
  readonly known: OrderKnown
}

export type FindError = UnknownOrder | OrderUndecided | StoreUnavailable | ItemDamaged | LogUnavailable | LogRefused

/** The one item that has the order in the archive: a payment that was sent for another item made no order there. */
const archivedItem = Effect.fnUntraced(
  function*(requestId: RequestId) {
    const archive = yield* Archive.optional
    const found = yield* archive.find(requestId)
    const placed = found.filter(({ step }) => step > 0)
    const [one, ...others] = placed.length > 0 ? placed : found
    return others.length === 0 ? one?.itemId : undefined
  },
  Effect.catchTags({
    NoArchive: () => Effect.undefined,
    ArchiveUnavailable: ({ detail }) => new StoreUnavailable({ detail: `the archive does not answer: ${detail}` })
  })
)

/** The item of an order: the one that is named, else that of its status, else that of the archive. */
const itemOf = Effect.fnUntraced(function*(requestId: RequestId, named: ItemId | undefined) {
  const statuses = yield* OrderStatuses
  const lookup = yield* statuses.read(requestId)
  const kept = lookup._tag === "Kept" ? lookup.record : undefined
  const isLeased = lookup._tag === "Leased"
  const itemId = named ?? kept?.itemId ?? (isLeased ? undefined : yield* archivedItem(requestId))
  if (itemId !== undefined) return { itemId, isLeased, status: kept?.itemId === itemId ? kept : undefined }
  return yield* isLeased ? new OrderUndecided({ requestId }) : new UnknownOrder({ requestId, isItemMissing: true })
})

/** The item and the partition of an order, without a look at the item's ledger. */
export const locate = Effect.fn("FoundOrder.locate")(function*(
  requestId: RequestId,
  named: ItemId | undefined
): Effect.fn.Return<Omit<FoundOrder, "known"> & { readonly isLeased: boolean }, FindError, OrderLog | OrderStatuses> {
  const log = yield* OrderLog
  const { isLeased, itemId, status } = yield* itemOf(requestId, named)
  return { requestId, itemId, partition: home(itemId, yield* log.partitions), status, isLeased }
})

/**
 * The order. `StoreUnavailable` also while its partition is not folded to its end, as nothing may be concluded then.
 * Waits until the log is there; the caller bounds that.
 */
export const find = Effect.fn("FoundOrder.find")(function*(
  requestId: RequestId,
  named: ItemId | undefined
): Effect.fn.Return<FoundOrder, FindError, OrderLog | OrderStatuses | ItemStore> {
  const store = yield* ItemStore
  const { isLeased, ...found } = yield* locate(requestId, named)
  const known = yield* store.readOrder(found.partition, found.itemId, requestId)
  if (!known.isComplete) {
    return yield* new StoreUnavailable({ detail: `partition ${found.partition} is not folded to its end yet` })
  }
  if (known.order === undefined && found.status === undefined) {
    return yield* isLeased ? new OrderUndecided({ requestId }) : new UnknownOrder({ requestId, isItemMissing: false })
  }
  return { ...found, known }
})

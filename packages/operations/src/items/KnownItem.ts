/** Items that may be changed: a mistyped name makes no item. Decision 0034. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect, Schema } from "effect"

/** Nothing was ever put in, ordered or set. `isComplete`: as far as is known now, where the fold is not at its end. */
export class UnknownItem extends Schema.TaggedError<UnknownItem>()("UnknownItem", {
  itemId: ItemId,
  isComplete: Schema.Boolean
}) {}

export type ReadError = LogUnavailable | LogRefused | StoreUnavailable | ItemDamaged

/** The item as it is now. Waits until the log is there; the caller bounds that. */
export const read = Effect.fn("KnownItem.read")(function*(
  itemId: ItemId
): Effect.fn.Return<ItemSummary, ReadError, OrderLog | ItemStore> {
  const log = yield* OrderLog
  const store = yield* ItemStore
  return yield* store.read(home(itemId, yield* log.partitions), itemId)
})

/** The same of an item that the store knows; fails for any other. */
export const required = Effect.fn("KnownItem.required")(function*(
  itemId: ItemId
): Effect.fn.Return<ItemSummary, ReadError | UnknownItem, OrderLog | ItemStore> {
  const summary = yield* read(itemId)
  return summary.isKnown ? summary : yield* new UnknownItem({ itemId, isComplete: summary.isComplete })
})

/**
 * The names of all keys in Redis. No other file spells a key. `lua/README.md` says what each holds; `untold` and
 * `turned` are persisted under older words (decision 0023).
 */
import type { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { keyOf, TEMPLATES } from "./rights/KeyFamilies.ts"

/** Units available, a plain integer: operators read and set it. */
export const inventory = keyOf<ItemId>("inventory")
export const orders = keyOf<ItemId>("orders")
export const meta = keyOf<ItemId>("meta")
export const untold = keyOf<ItemId>("untold")
export const turned = keyOf<ItemId>("turned")
export const buyers = keyOf<ItemId>("buyers")
export const commands = keyOf<ItemId>("commands")
export const events = keyOf<ItemId>("events")
/** Holds until they are final, and refunds that wait: a hash. */
export const open = keyOf<ItemId>("open")
/** Payments that are due back: a hash. */
export const due = keyOf<ItemId>("due")

export const orderStatus = keyOf<RequestId>("orderStatus")
export const rateLimit = keyOf<UserId>("rateLimit")

/** Which request an idempotency key of the admin API belongs to. */
export const idempotency = keyOf<string>("idempotency")

/** The mark of a partition. */
export const mark = keyOf<PartitionId>("mark")
/** The index of a partition's items. */
export const items = keyOf<PartitionId>("items")
/** How far the fold of each partition is: a hash. */
export const backlog = TEMPLATES.backlog
/** When each instance has reported last: a sorted set. */
export const instances = TEMPLATES.instances
/** What each instance says of itself: a hash. */
export const instanceReports = TEMPLATES.instanceReports
/** Which log the store is a fold of: a hash. */
export const log = TEMPLATES.log
/** Never there: an empty write to it asks whether Redis takes writes. Its pattern is that of the marks. */
export const probe = keyOf<"probe">("mark")("probe")
/** The operators' repairs: a stream. */
export const repairs = TEMPLATES.repairs

/** The keys of an item, in the order of `dump_item.lua` and of `clear_items.lua`. */
export const ofItem = (itemId: ItemId): ReadonlyArray<string> => [
  inventory(itemId),
  meta(itemId),
  orders(itemId),
  untold(itemId),
  turned(itemId),
  buyers(itemId),
  commands(itemId),
  open(itemId),
  due(itemId)
]

/** The names of everything that is kept in Redis. No other file spells a key. `lua/README.md` says what each holds. */
import type { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"

/** Units available, a plain integer: operators read and set it. */
export const inventory = (itemId: ItemId): string => `inventory:${itemId}`

const ofItem = (part: string) => (itemId: ItemId): string => `{inventory:${itemId}}:${part}`

export const orders = ofItem("orders")
export const meta = ofItem("meta")
export const untold = ofItem("untold")
export const turned = ofItem("turned")
export const buyers = ofItem("buyers")
export const commands = ofItem("commands")
export const events = ofItem("events")

export const orderStatus = (requestId: RequestId): string => `order_status:${requestId}`
export const rateLimit = (userId: UserId): string => `ratelimit:${userId}`

/** The mark of a partition. */
export const mark = (partition: PartitionId): string => `fold:${partition}`
/** The index of a partition's items. */
export const items = (partition: PartitionId): string => `fold:${partition}:items`
/** How far the fold of each partition is: a hash. */
export const backlog = "backlog"
/** Never there: an empty write to it asks whether Redis takes writes. */
export const probe = "fold:probe"
/** The record of repairs by hand: a stream. */
export const repairs = "repairs"

/**
 * The names in what is made up while a gateway warms up: its requests use them, and what stands in for its stores
 * answers by them. None of it reaches a real store, so they mean nothing elsewhere.
 */
import { CorrelationId, ItemId, UserId } from "@flash-sale/domain/records/Ids"

export const item = ItemId.make("101")
/** Of this item nothing is left; of all others there is plenty. */
export const soldOutItem = ItemId.make("102")
export const correlationId = CorrelationId.make("0123456789abcdef0123456789abcdef")
export const user = UserId.make("u-1")
/** Request ids that begin so have a status; of all others nothing is known. */
export const KNOWN = "known-"

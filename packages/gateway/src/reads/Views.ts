/** Orders and items as the bodies of the API show them. */
import { UnknownItem } from "@flash-sale/domain/api/Errors"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { SaleSettings } from "@flash-sale/domain/rules/Item"
import { DateTime, Effect } from "effect"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"

export const ofOrder = (record: StatusRecord) => ({
  request_id: record.requestId,
  item_id: record.itemId,
  ...(record.amount === undefined ? {} : { amount: record.amount }),
  status: record.status,
  ...(record.reason === undefined ? {} : { reason: record.reason }),
  attempt: record.attempt,
  correlation_id: record.correlationId,
  updated_at: record.updatedAt
})

const isoOf = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

/** The settings of a sale as bodies have them. */
export const saleOf = ({ closesAt, currency, opensAt, paused, perUserLimit, price }: SaleSettings) => ({
  paused,
  ...(opensAt === undefined ? {} : { opens_at: isoOf(opensAt) }),
  ...(closesAt === undefined ? {} : { closes_at: isoOf(closesAt) }),
  ...(perUserLimit === undefined ? {} : { per_user_limit: perUserLimit }),
  ...(price === undefined ? {} : { price }),
  ...(currency === undefined ? {} : { currency })
})

/** Fails where nothing is known of the item, or not yet. */
export const ofItem = (itemId: ItemId, { available, held, isKnown, isComplete, settings, sold }: ItemSummary) =>
  Effect.gen(function*() {
    const { correlationId } = yield* RequestContext
    if (isKnown) return { item_id: itemId, available, held, sold, sale: saleOf(settings) }
    return isComplete
      ? yield* new UnknownItem({ correlation_id: correlationId })
      : yield* Refusals.unavailable(correlationId, "store_unavailable")
  })

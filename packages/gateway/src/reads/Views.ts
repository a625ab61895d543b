/** Orders and items as the bodies of the API show them. */
import { UnknownItem } from "@flash-sale/domain/api/Errors"
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { DateTime, Effect, Exit, Option } from "effect"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import type { ItemRead } from "./ItemReads.ts"

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

const shown = (itemId: ItemId, { available, held, settings, sold }: ItemSummary, now: DateTime.Utc) => ({
  item_id: itemId,
  available,
  held,
  sold,
  sale: saleOf(settings),
  now: DateTime.formatIso(now)
})

/** Fails where nothing is known of the item, or not yet. */
export const ofItem = (itemId: ItemId, summary: ItemSummary) =>
  Effect.gen(function*() {
    const { correlationId } = yield* RequestContext
    if (summary.isKnown) return shown(itemId, summary, yield* DateTime.now)
    return summary.isComplete
      ? yield* new UnknownItem({ correlation_id: correlationId })
      : yield* Refusals.unavailable(correlationId, "store_unavailable")
  })

/** Why an item of a list cannot be shown now; undefined where it can. */
const reasonNot = (found: ItemRead): "unknown_item" | "item_stopped" | "store_unavailable" | undefined => {
  if (Exit.isSuccess(found)) {
    if (found.value.isKnown) return undefined
    return found.value.isComplete ? "unknown_item" : "store_unavailable"
  }
  const error = Option.getOrUndefined(Exit.findErrorOption(found))
  return error?._tag === "ItemDamaged" ? "item_stopped" : "store_unavailable"
}

/** What was found of these items. Fails where none can be read, as the store is away; dies by a bug in a read. */
export const ofItems = (itemIds: ReadonlyArray<ItemId>, found: ReadonlyArray<ItemRead>) =>
  Effect.gen(function*() {
    const { correlationId } = yield* RequestContext
    const now = yield* DateTime.now
    const bug = found.find((read) => Exit.isFailure(read) && Option.isNone(Exit.findErrorOption(read)))
    if (bug !== undefined) yield* Effect.orDie(bug)
    const reasons = found.map(reasonNot)
    if (reasons.length > 0 && reasons.every((code) => code === "store_unavailable")) {
      return yield* Effect.fail(Refusals.unavailable(correlationId, "store_unavailable"))
    }
    return {
      items: found.flatMap((read, at) =>
        Exit.isSuccess(read) && reasons[at] === undefined ? [shown(itemIds[at]!, read.value, now)] : []
      ),
      not_shown: reasons.flatMap((code, at) => code === undefined ? [] : [{ item_id: itemIds[at]!, code }])
    }
  })

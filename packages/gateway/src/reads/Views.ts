/** Orders and items as the bodies of the API show them. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { UnknownItem } from "@flash-sale/domain/api/Errors"
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { DateTime, Effect, Exit, Option } from "effect"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import type { ItemRead } from "./ItemReads.ts"

/** Whose order it is: told to an api key alone. A buyer knows it, and of anybody else nobody knows who asks. */
const ownerFor = (caller: Pick<Caller, "_tag">, { fingerprint }: StatusRecord): UserId | undefined =>
  caller._tag === "Key" ? ownerIn(fingerprint) : undefined

const shownOf = ({ confirmed, expiresAt, reason, refund, refundDue }: StatusRecord) => ({
  ...(reason === undefined ? {} : { reason }),
  ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  ...(confirmed === undefined ? {} : { confirmed }),
  ...(refund === undefined ? {} : { refund }),
  ...(refundDue === undefined || refundDue.length === 0 ? {} : { refund_due: refundDue })
})

export const ofOrder = (record: StatusRecord, caller: Pick<Caller, "_tag">) => {
  const userId = ownerFor(caller, record)
  return {
    request_id: record.requestId,
    item_id: record.itemId,
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(record.amount === undefined ? {} : { amount: record.amount }),
    status: record.status,
    ...shownOf(record),
    attempt: record.attempt,
    correlation_id: record.correlationId,
    updated_at: record.updatedAt
  }
}

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

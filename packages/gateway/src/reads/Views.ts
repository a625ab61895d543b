/** Orders and items as the bodies of the API show them. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { type Unavailable, UnknownItem } from "@flash-sale/domain/api/Errors"
import { type ItemView, saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { OrderView } from "@flash-sale/domain/api/OrdersApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { CorrelationId, ItemId, UserId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import { ownerIn } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import { Clock, Effect, Exit, Option } from "effect"
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

export const ofOrder = (record: StatusRecord, caller: Pick<Caller, "_tag">): typeof OrderView.Type => {
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

const standing = (itemId: ItemId, { available, held, settings, sold }: ItemSummary) => ({
  item_id: itemId,
  available,
  held,
  sold,
  sale: saleOf(settings)
})
const shown = (itemId: ItemId, summary: ItemSummary, now: number): typeof ItemView.Type => ({
  ...standing(itemId, summary),
  now: Moment.isoOf(now)
})

/** Why an item cannot be shown now; undefined where it can. */
const reasonNot = (found: ItemRead): "unknown_item" | "item_stopped" | "store_unavailable" | undefined => {
  if (Exit.isSuccess(found)) {
    if (found.value.isKnown) return undefined
    return found.value.isComplete ? "unknown_item" : "store_unavailable"
  }
  const error = Option.getOrUndefined(Exit.findErrorOption(found))
  return error?._tag === "ItemDamaged" ? "item_stopped" : "store_unavailable"
}

/** Whether a read has ended by a bug. */
const isBug = (read: ItemRead): read is Exit.Failure<never, never> =>
  Exit.isFailure(read) && Option.isNone(Exit.findErrorOption(read))

/** The answer where an item cannot be shown; undefined where it can, or where its read has ended by a bug. */
export const refusalOfItem = (
  correlation_id: CorrelationId,
  found: ItemRead
): UnknownItem | Unavailable | undefined => {
  const reason = isBug(found) ? undefined : reasonNot(found)
  if (reason === undefined) return undefined
  return reason === "unknown_item"
    ? withoutStack(() => new UnknownItem({ correlation_id }))
    : Refusals.unavailable(correlation_id, reason)
}

/** Fails where nothing is known of the item, or not yet. */
export const ofItem = (itemId: ItemId, summary: ItemSummary) =>
  Effect.gen(function*() {
    const { correlationId } = yield* RequestContext
    const refusal = refusalOfItem(correlationId, Exit.succeed(summary))
    return refusal === undefined
      ? shown(itemId, summary, yield* Clock.currentTimeMillis)
      : yield* Effect.fail(refusal)
  })

interface ItemText {
  readonly itemId: ItemId
  /** The body up to the time. */
  readonly text: string
}
/** By what was read. */
const texts = new WeakMap<ItemSummary, ItemText>()

const textUntilNow = (itemId: ItemId, summary: ItemSummary): string => {
  const last = texts.get(summary)
  if (last?.itemId === itemId) return last.text
  const text = `${JSON.stringify(standing(itemId, summary)).slice(0, -1)},"now":"`
  texts.set(summary, { itemId, text })
  return text
}

/** `ofItem` as JSON: what was read is written once, however many ask for it. `now` in milliseconds since 1970 (UTC). */
export const itemText = (itemId: ItemId, summary: ItemSummary, now: number): string =>
  `${textUntilNow(itemId, summary)}${Moment.isoOf(now)}"}`

/** What was found of these items. Fails where none can be read, as the store is away; dies by a bug in a read. */
export const ofItems = (itemIds: ReadonlyArray<ItemId>, found: ReadonlyArray<ItemRead>) =>
  Effect.gen(function*() {
    const { correlationId } = yield* RequestContext
    const now = yield* Clock.currentTimeMillis
    const bug = found.find(isBug)
    if (bug !== undefined) return yield* bug
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

/** `POST /admin/v1/items/:item_id/stock`. */
import type * as ItemChanges from "@flash-sale/domain/api/admin/ItemChanges"
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { Adjustment, CommandId } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as KnownItem from "@flash-sale/operations/items/KnownItem"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Effect, Option } from "effect"
import * as Audit from "../request/Audit.ts"
import * as Failures from "../request/Failures.ts"
import * as IdempotentRequests from "../request/IdempotentRequests.ts"
import * as ItemViews from "./ItemViews.ts"

/** How long the answer waits until the change counts. */
export const EFFECT_WITHIN = "2 seconds"

type Payload = typeof ItemChanges.StockChange.Type

const wordsOf = ({ add, set }: Payload): string => set === undefined ? `stock add ${add}` : `stock set ${set}`

const adjustmentOf = ({ add, set }: Payload, command: CommandId): Adjustment =>
  set === undefined ? { command, delta: add ?? 0 } : { command, target: set }

/** The item before units are added or taken: one that nobody knows is not begun so. `set` needs the log alone. */
const before = ({ set }: Payload, itemId: ItemId) =>
  set !== undefined
    ? Effect.as(Failures.logKnown, undefined)
    : Effect.catchTag(Failures.boundedRead(KnownItem.required(itemId)), "UnknownItem", Failures.unknownItem)

/** What was not taken out, where that can be told: not of a repetition, whose first sending nobody has seen. */
const shortfallOf = (
  { add }: Payload,
  keyed: IdempotentRequests.Keyed | undefined,
  was: ItemSummary | undefined,
  is: ItemSummary
) => {
  if (keyed?.repeated === true) return { repeated: true }
  const shortfall = was === undefined || add === undefined ? undefined : StockChange.shortfall(add, was, is)
  return shortfall === undefined ? {} : { shortfall }
}

/**
 * Appends the change, and answers with the item once it counts.
 *
 * **Gotchas**: once the record is in the log the answer is never an error, as a client that is told of one may send the
 * change again. What cannot be read then is told as recorded.
 */
export const change = (itemId: ItemId, payload: Payload, key: string | undefined) =>
  Effect.gen(function*() {
    const { add, reason, set } = payload
    const was = yield* before(payload, itemId)
    // Only what may be made from here on uses its key: a change that was refused before is no repetition later.
    const keyed = yield* IdempotentRequests.look(key, ["stock", itemId, set ?? null, add ?? null, reason])
    const command = keyed?.command ?? (yield* StockChange.freshId)
    const operator = yield* Audit.operator(reason)
    const append = StockChange.append(itemId, adjustmentOf(payload, command), operator)
    const position = yield* Failures.boundedAppend(append)
    const is = yield* Effect.orElseSucceed(
      StockChange.awaitEffect(itemId, position, EFFECT_WITHIN),
      Option.none<ItemSummary>
    )
    return Option.match(is, {
      onNone: () => ItemViews.recorded(itemId, position),
      onSome: (summary) => ({
        ...ItemViews.countsOf(itemId, summary),
        sale: saleOf(summary.settings),
        position,
        ...shortfallOf(payload, keyed, was, summary)
      })
    })
  }).pipe(
    Failures.answered,
    Audit.told({
      change: "stock",
      detail: `${wordsOf(payload)} of item ${itemId}`,
      item: itemId,
      reason: payload.reason
    })
  )

/** Items of the engine whose stores the command reaches. */
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import * as AllItems from "@flash-sale/operations/items/AllItems"
import * as EveryItem from "@flash-sale/operations/items/EveryItem"
import * as ItemList from "@flash-sale/operations/items/ItemList"
import * as KnownItem from "@flash-sale/operations/items/KnownItem"
import * as SaleChange from "@flash-sale/operations/items/SaleChange"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import type * as Cursor from "@flash-sale/operations/paging/Cursor"
import { Effect, Option } from "effect"
import * as Interruption from "../terminal/Interruption.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import type { Author } from "../terminal/Remote.ts"
import * as Target from "../terminal/Target.ts"
import type { StockEdit } from "./Engine.ts"

export const item = (itemId: ItemId) =>
  Effect.map(
    Target.bounded(KnownItem.read(itemId)),
    (summary) => summary.isKnown ? Option.some(summary) : Option.none()
  )

export const listed = (itemId: ItemId) =>
  Effect.map(
    Target.bounded(ItemList.one(itemId)),
    (found) => found.summary?.isKnown === false ? Option.none() : Option.some(found)
  )

export const items = (options: Cursor.PageOptions) =>
  // A cursor that was given a moment ago is one.
  Effect.catchTag(Target.bounded(ItemList.list(options)), "InvalidCursor", Effect.die)

/** Waits until the change at this position counts. */
const seen = Effect.fnUntraced(function*(itemId: ItemId, position: LogPosition, place: Target.Target) {
  const summary = yield* StockChange.awaitEffect(itemId, position)
  return Option.isSome(summary)
    ? { _tag: "Counts" as const, summary: summary.value }
    : { _tag: "Recorded" as const, position, when: yield* Target.follower(place) }
})

/** An append of which the outcome is unknown must have been sent: so the log is known before. */
const untilLogKnown = Target.bounded(Effect.flatMap(OrderLog, ({ partitions }) => partitions))

export const changeStock = (place: Target.Target) =>
  Effect.fnUntraced(function*(itemId: ItemId, edit: StockEdit, author: Author) {
    const operator = yield* OperatorFlags.operator(author)
    const before = edit._tag === "Set"
      ? undefined
      : yield* Target.bounded(edit.create ? KnownItem.read(itemId) : KnownItem.required(itemId))
    yield* untilLogKnown
    const command = yield* StockChange.freshId
    const adjustment = edit._tag === "Set" ? { command, target: edit.units } : { command, delta: edit.units }
    const position = yield* Target.boundedAppend(StockChange.append(itemId, adjustment, operator))
    const changed = yield* seen(itemId, position, place)
    if (changed._tag === "Recorded") return changed
    return {
      ...changed,
      shortfall: before === undefined ? undefined : StockChange.shortfall(edit.units, before, changed.summary)
    }
  })

export const changeSale = (place: Target.Target) =>
  Effect.fnUntraced(function*(itemId: ItemId, patch: SalePatch, create: boolean, author: Author) {
    if (!create) yield* Target.bounded(KnownItem.required(itemId))
    yield* untilLogKnown
    const operator = yield* OperatorFlags.operator(author)
    const position = yield* Target.boundedAppend(SaleChange.append(itemId, patch, operator))
    const changed = yield* seen(itemId, position, place)
    return changed._tag === "Recorded" ? changed : { ...changed, shortfall: undefined }
  })

/** How long listing every item may take, before the first is changed. */
const LISTED_WITHIN = "1 minute"

export const changeEverySale = Effect.fnUntraced(function*(paused: boolean, author: Author) {
  const operator = yield* OperatorFlags.operator(author)
  yield* untilLogKnown
  const listed = yield* Target.boundedBy(LISTED_WITHIN)(AllItems.list)
  return yield* Interruption.isUnknown(EveryItem.change(listed, { paused }, operator))
})

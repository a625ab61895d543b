/**
 * Bringing many items in at once: how each is sold, then its units. Repeating it adds nothing: the stock of an item has
 * a command id of its own, and settings that are so already are left.
 */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { CommandId, SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import { Effect, Result } from "effect"
import type { RulesError } from "../append/RulesFirst.ts"
import * as KnownItem from "./KnownItem.ts"
import * as SaleChange from "./SaleChange.ts"
import * as StockChange from "./StockChange.ts"

/** Items that are handled at the same time. */
const AT_ONCE = 32

/** An item as it is to be. `stock` is what is to be available; undefined leaves it. */
export interface WantedItem {
  readonly itemId: ItemId
  readonly patch: SalePatch
  readonly stock: number | undefined
  /** The name of the change of stock: the same each time that the same file is brought in. */
  readonly command: CommandId
}

/** What there is to do about an item. */
export interface PlannedItem extends WantedItem {
  /** Whether nobody knows the item yet. */
  readonly isNew: boolean
  /** Only what is not so already. */
  readonly change: SalePatch
  /** The item as it was. */
  readonly before: ItemSummary
}

export type ImportError = RulesError

/** What became of an item: the position of its last record, undefined where it needed none. */
export interface ImportedItem {
  readonly itemId: ItemId
  readonly result: Result.Result<LogPosition | undefined, ImportError>
}

/** What there is to do about each item. Changes nothing. */
export const plan = Effect.fn("ItemImport.plan")(function*(
  wanted: ReadonlyArray<WantedItem>
): Effect.fn.Return<ReadonlyArray<PlannedItem>, KnownItem.ReadError, OrderLog | ItemStore> {
  return yield* Effect.forEach(
    wanted,
    (item) =>
      Effect.map(KnownItem.read(item.itemId), (summary) => ({
        ...item,
        isNew: !summary.isKnown,
        before: summary,
        change: differing(item.patch, summary)
      })),
    { concurrency: AT_ONCE }
  )
})

/**
 * What an import left as it was. `SoAlready`: it was as the file says. `Repeated`: it was not, and the change of its
 * stock is one that counted before, so the same file was imported then.
 */
export type Unchanged = "SoAlready" | "Repeated"

/** Whether an item is as it was; undefined where it is not, or where its record is not folded yet. */
const unchangedOf = (
  { before, change, isNew, stock }: PlannedItem,
  position: LogPosition | undefined,
  after: ItemSummary
): Unchanged | undefined => {
  if (isNew || Object.keys(change).length > 0) return undefined
  if (position === undefined) return "SoAlready"
  if (!before.isComplete || after.position < position.offset || after.stocked !== before.stocked) return undefined
  return before.available === stock ? "SoAlready" : "Repeated"
}

/**
 * The items that an import left as they were, read once their records have taken effect. Where somebody else changes
 * the stock of one at the same moment it counts as changed.
 */
export const unchanged = Effect.fn("ItemImport.unchanged")(function*(
  planned: ReadonlyArray<PlannedItem>,
  done: ReadonlyArray<ImportedItem>
): Effect.fn.Return<ReadonlyMap<ItemId, Unchanged>, KnownItem.ReadError, OrderLog | ItemStore> {
  const found = yield* Effect.forEach(planned, (item, index) => {
    const result = done[index]?.result
    if (result === undefined || Result.isFailure(result)) return Effect.succeed([])
    return Effect.map(KnownItem.read(item.itemId), (after) => {
      const kept = unchangedOf(item, result.success, after)
      return kept === undefined ? [] : [[item.itemId, kept] as const]
    })
  }, { concurrency: AT_ONCE })
  return new Map(found.flat())
})

/** A price and its currency go together. */
const differing = ({ currency, price, ...patch }: SalePatch, { settings }: ItemSummary): SalePatch => {
  const isSame = (name: string, value: unknown) => settings[name as keyof SaleSettings] === (value ?? undefined)
  const others = Object.fromEntries(Object.entries(patch).filter(([name, value]) => !isSame(name, value)))
  if (price === undefined || currency === undefined) return others
  return isSame("price", price) && isSame("currency", currency) ? others : { ...others, price, currency }
}

/** Does it. One item that fails stops no other. */
export const run = Effect.fn("ItemImport.run")(function*(
  planned: ReadonlyArray<PlannedItem>,
  operator: Operator
): Effect.fn.Return<ReadonlyArray<ImportedItem>, never, OrderLog | ItemStore> {
  return yield* Effect.forEach(
    planned,
    (item) => Effect.map(Effect.result(bringIn(item, operator)), (result) => ({ itemId: item.itemId, result })),
    { concurrency: AT_ONCE }
  )
})

/** How it is sold comes first: with the units nobody buys at another price, or before it opens. */
const bringIn = Effect.fnUntraced(function*({ change, command, itemId, stock }: PlannedItem, operator: Operator) {
  const sold = Object.keys(change).length === 0 ? undefined : yield* SaleChange.append(itemId, change, operator)
  return stock === undefined ? sold : yield* StockChange.append(itemId, { command, target: stock }, operator)
})

/** What an import does about an item, a line each. */
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ImportedItem, PlannedItem, Unchanged } from "@flash-sale/operations/items/ItemImport"
import { Result } from "effect"
import * as Money from "../terminal/Money.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"

/** What is to be done. */
export const planned = ({ change, isNew, itemId, stock }: PlannedItem, json: boolean): string => {
  if (json) return JSON.stringify({ item_id: itemId, new: isNew, stock: stock ?? null, sale: changeOf(change) })
  const parts = [
    ...(stock === undefined ? [] : [`stock ${stock}`]),
    ...Object.entries(changeOf(change)).map(([name, value]) => `${name} ${value}`)
  ]
  return `item ${itemId}${isNew ? " (new)" : ""}: ${parts.length === 0 ? "is so already" : parts.join(", ")}`
}

const changeOf = (
  { closesAt, currency, holdSeconds, maxHoldSeconds, opensAt, perUserLimit, price }: SalePatch
) => ({
  ...(typeof price === "number" ? { price: Money.show(price, currency ?? undefined) } : {}),
  ...(typeof price !== "number" && typeof currency === "string" ? { currency } : {}),
  ...(typeof perUserLimit === "number" ? { limit: perUserLimit } : {}),
  ...(typeof opensAt === "number" ? { opens_at: TimeArgument.show(opensAt) } : {}),
  ...(typeof closesAt === "number" ? { closes_at: TimeArgument.show(closesAt) } : {}),
  ...(typeof holdSeconds === "number" ? { hold_seconds: holdSeconds } : {}),
  ...(typeof maxHoldSeconds === "number" ? { max_hold_seconds: maxHoldSeconds } : {})
})

/** What was done. */
export const done = ({ itemId, result }: ImportedItem, unchanged: Unchanged | undefined): string =>
  JSON.stringify({ item_id: itemId, result: resultOf(result, unchanged), position: Result.getOrNull(result) ?? null })

const resultOf = (result: ImportedItem["result"], unchanged: Unchanged | undefined): string => {
  if (Result.isFailure(result)) return result.failure._tag === "AppendUnknown" ? "unknown" : "failed"
  return unchanged === undefined ? "recorded" : "unchanged"
}

/** How many items are as the file says because of this import, and how many are as they were before it, and why. */
export const summary = (items: number, unchanged: ReadonlyArray<Unchanged>): string => {
  const imported = items - unchanged.length
  const words = `imported ${imported} ${imported === 1 ? "item" : "items"}`
  if (unchanged.length === 0) return words
  const why = unchanged.includes("Repeated") ? "this file was imported before" : "they are so already"
  return `${words}, ${unchanged.length} unchanged: ${why}`
}

/** What an import does about an item, a line each. */
import type { SalePatch } from "@flash-sale/domain/records/Command"
import * as Check from "@flash-sale/operations/doctor/Check"
import type { ImportedItem, PlannedItem } from "@flash-sale/operations/items/ItemImport"
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

const changeOf = ({ closesAt, currency, opensAt, perUserLimit, price }: SalePatch) => ({
  ...(typeof price === "number" ? { price: Money.show(price, currency ?? undefined) } : {}),
  ...(typeof price !== "number" && typeof currency === "string" ? { currency } : {}),
  ...(typeof perUserLimit === "number" ? { limit: perUserLimit } : {}),
  ...(typeof opensAt === "number" ? { opens_at: TimeArgument.show(opensAt) } : {}),
  ...(typeof closesAt === "number" ? { closes_at: TimeArgument.show(closesAt) } : {})
})

/** What was done. */
export const done = ({ itemId, result }: ImportedItem): string =>
  JSON.stringify({
    item_id: itemId,
    result: Result.isSuccess(result) ? "recorded" : result.failure._tag === "AppendUnknown" ? "unknown" : "failed",
    position: Result.isSuccess(result) ? result.success ?? null : null
  })

/** `1 item`, `3 items`. */
export const items = (number: number): string => Check.count(number, "item")

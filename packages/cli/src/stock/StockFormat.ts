/** What `flash-sale stock` prints of an item. Pure. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as ItemView from "@flash-sale/operations/items/ItemView"

/** Its counts, in words. */
export const counts = (itemId: ItemId, { available, held, sold }: ItemView.ShownSummary): string =>
  `item ${itemId}: available ${available}, held ${held}, sold ${sold}`

const refusedWords = (refused: Readonly<Record<string, number>>): string => {
  const reasons = Object.entries(refused)
  const orders = reasons.reduce((all, [, count]) => all + count, 0)
  return orders === 0 ? "" : `, refused ${orders} (${reasons.map((reason) => reason.join(" ")).join(", ")})`
}

/** Its counts, and the orders that it has turned away by reason, where there are any and somebody says so. */
export const whole = (itemId: ItemId, summary: ItemView.ShownSummary): string =>
  `${counts(itemId, summary)}${refusedWords(ItemView.refusedOf(summary.refused ?? {}))}`

/** The same under the names of the wire. */
export const ofWhole = (itemId: ItemId, summary: ItemView.ShownSummary) => ({
  ...ItemView.ofSummary(itemId, summary),
  ...(summary.refused === undefined ? {} : { refused: ItemView.refusedOf(summary.refused) })
})

/** What the list of the first page says of an item: what is left, or why nothing can be bought. Pure. */
import type { ItemStanding } from "@flash-sale/client"
import { saleStateOf } from "../sale/SaleState.ts"
import { countOf, momentOf } from "../sale/TimeLeft.ts"

/** An item as the page's own engine lists it, which says the time. */
export type ListedItem = ItemStanding & { readonly now: string }

/** As it was by the engine's clock when it answered. */
export const itemWords = (item: ListedItem, language?: string): string => {
  const state = saleStateOf(item, Date.parse(item.now))
  switch (state.kind) {
    case "before":
      return `Opens ${momentOf(state.opensAt, language)}`
    case "open":
      return `${countOf(item.available)} left`
    case "sold_out":
      return "Sold out"
    case "paused":
      return "Paused"
    case "closed":
      return "Closed"
  }
}

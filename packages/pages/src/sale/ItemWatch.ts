/** Follows an item for as long as a page shows it, over every outage. */
import { type Client, FlashSaleError, type ItemCounts, type ItemStanding } from "@flash-sale/client"
import { pause } from "./Timers.ts"

/** How long a page waits before it asks again for what was refused, in milliseconds. */
const AGAIN = 5_000

export interface ItemListener {
  readonly onItem: (item: ItemStanding) => void
  readonly onCounts: (counts: ItemCounts) => void
  /** Nobody knows the item, or the engine does not show it: the code. */
  readonly onRefused: (code: string) => void
}

/** Ends with the signal. */
export const watchItem = async (
  client: Client,
  itemId: string,
  { onCounts, onItem, onRefused }: ItemListener,
  signal: AbortSignal
): Promise<void> => {
  while (!signal.aborted) {
    try {
      for await (const event of client.itemEvents(itemId, { signal })) {
        if (event.type === "snapshot") onItem(event.item)
        else onCounts(event.item)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof FlashSaleError)) throw error
      onRefused(error.code)
    }
    await pause(AGAIN, signal)
  }
}

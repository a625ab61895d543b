/** Follows an item for as long as a page shows it, over every outage. */
import type { Client, ItemCounts, ItemStanding } from "@flash-sale/client"
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { pause } from "./Timers.ts"

/** How long a page waits before it asks again for what was refused, in milliseconds. */
const AGAIN = 5_000

export interface ItemListener {
  readonly onItem: (item: ItemStanding) => void
  readonly onCounts: (counts: ItemCounts) => void
  /** Nothing new is told for now: the code. What is told next says that this is over. */
  readonly onFailed: (code: string) => void
}

/** Ends with the signal. */
export const watchItem = async (
  client: Client,
  itemId: string,
  { onCounts, onFailed, onItem }: ItemListener,
  signal: AbortSignal
): Promise<void> => {
  while (!signal.aborted) {
    try {
      const options = { signal, onFailed: ({ code }: FlashSaleError) => onFailed(code) }
      for await (const event of client.itemEvents(itemId, options)) {
        if (event.type === "snapshot") onItem(event.item)
        else onCounts(event.item)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof FlashSaleError)) throw error
      onFailed(error.code)
    }
    await pause(AGAIN, signal)
  }
}

/** Follows an order while somebody looks at the page, over every outage. */
import type { Client, OrderEvent } from "@flash-sale/client"
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { type Page, whileShown } from "../sale/Shown.ts"
import { pause } from "../sale/Timers.ts"

/** How long a page waits before it asks again for an order that cannot be seen, in milliseconds. */
const AGAIN = 3_000

export interface OrderWatchOptions {
  readonly client: Client
  readonly page: Page
  readonly signal: AbortSignal
}

/** Ends after the final status, or with the signal: undefined then; else why it cannot be read, for good. */
export const watchOrder = async (
  { client, page, signal: outer }: OrderWatchOptions,
  requestId: string,
  onOrder: (order: OrderEvent["order"]) => void
): Promise<FlashSaleError | undefined> => {
  let failed: FlashSaleError | undefined
  await whileShown(page, outer, async (signal) => {
    while (!signal.aborted) {
      try {
        for await (const { order } of client.orderEvents(requestId, { signal })) onOrder(order)
        return
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof FlashSaleError)) throw error
        if (!error.retryable) {
          failed = error
          return
        }
      }
      await pause(AGAIN, signal)
    }
  })
  return failed
}

/** Follows an order while somebody looks at the page, over every outage. */
import type { Client, OrderEvent } from "@flash-sale/client"
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { type Page, whileShown } from "../sale/Shown.ts"
import { pause } from "../sale/Timers.ts"

/** How long a page waits before it asks again for an order that cannot be seen, in milliseconds. */
const AGAIN = 3_000
/** How often an order is asked for whose payment has failed, in milliseconds: the shop may try it again. */
const FAILED_AGAIN = 10_000

export interface OrderWatchOptions {
  readonly client: Client
  readonly page: Page
  readonly signal: AbortSignal
}

/** Follows an order to a status that no stream goes beyond; the status, or undefined where nothing was told. */
const toItsEnd = async (
  { client, signal }: Pick<OrderWatchOptions, "client" | "signal">,
  requestId: string,
  onOrder: (order: OrderEvent["order"]) => void
): Promise<string | undefined> => {
  let status: string | undefined
  for await (const { order } of client.orderEvents(requestId, { signal })) {
    status = order.status
    onOrder(order)
  }
  return status
}

/**
 * Ends after the final status, but for a payment that has failed, which the shop may try again; or with the signal.
 * Undefined then; else why the order cannot be read, for good.
 */
const watchOrder = async (
  { client, page, signal: outer }: OrderWatchOptions,
  requestId: string,
  onOrder: (order: OrderEvent["order"]) => void
): Promise<FlashSaleError | undefined> => {
  let failed: FlashSaleError | undefined
  let hasFailedPayment = false
  const look = async (signal: AbortSignal): Promise<string | undefined> => {
    if (!hasFailedPayment) return toItsEnd({ client, signal }, requestId, onOrder)
    const order = await client.order(requestId, { signal })
    // Where it is no longer kept, what was told of it stands.
    if (order !== undefined) onOrder(order)
    return order?.status
  }
  await whileShown(page, outer, async (signal) => {
    while (!signal.aborted) {
      try {
        const wasFailed = hasFailedPayment
        const status = await look(signal)
        hasFailedPayment = status === "FAILED_PAYMENT"
        const isTriedAgain = wasFailed && (status === "PENDING" || status === "RESERVED")
        if (!hasFailedPayment && !isTriedAgain) return
        // The first look after the stream says why it failed, which a stream does not.
        if (hasFailedPayment && wasFailed) await pause(FAILED_AGAIN, signal)
        continue
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof FlashSaleError)) throw error
        if (!error.retryable) {
          if (!hasFailedPayment) failed = error
          return
        }
      }
      await pause(AGAIN, signal)
    }
  })
  return failed
}

/** Follows one order at a time. */
export class OrderWatch {
  readonly #options: OrderWatchOptions
  #ending = new AbortController()

  constructor(options: OrderWatchOptions) {
    this.#options = options
  }

  /** As `watchOrder`, and until it is stopped, or there is another one. */
  async follow(requestId: string, onOrder: (order: OrderEvent["order"]) => void): Promise<FlashSaleError | undefined> {
    this.stop()
    const { signal } = this.#ending = new AbortController()
    const options = { ...this.#options, signal: AbortSignal.any([this.#options.signal, signal]) }
    const failed = await watchOrder(options, requestId, onOrder)
    return signal.aborted ? undefined : failed
  }

  stop(): void {
    this.#ending.abort()
  }
}

/** Waiting for an order: by its stream of events, and by asking again where there is no stream. */
import { connect } from "../events/EventConnection.ts"
import { FlashSaleError } from "../http/FlashSaleError.ts"
import { afterNamed, backoff } from "../retry/RetryDecision.ts"
import type { Context } from "../retry/Retrying.ts"
import { TimedOut, within } from "../time/Deadline.ts"
import type { OrderStanding } from "../wire/Order.ts"
import { isDecided, isFinal, type OrderStatus } from "../wire/OrderStatus.ts"
import type { CallOptions } from "./Buy.ts"
import * as LiveEvents from "./LiveEvents.ts"
import * as Paths from "./Paths.ts"
import { order } from "./Reads.ts"

export interface WaitOptions extends CallOptions {
  /** `final`, where it is not given: what became of the order. `decided`: its units are held, or it failed. */
  readonly until?: "final" | "decided" | undefined
  /** How long to wait, in milliseconds: 60,000 where it is not given. The call then fails with the code `timeout`. */
  readonly timeoutMillis?: number | undefined
}

/** The pauses between two questions, in milliseconds. */
const POLL = { baseMillis: 250, maxMillis: 5_000 }
/** The longest silence of a stream, in milliseconds: the engine sends the order at once, and a comment each 15 s. */
const SILENCE_MILLIS = 20_000
/** When the stream must have sent the order, in milliseconds: a proxy that keeps answers back lets nothing through. */
const FIRST_MILLIS = 3_000

/** What one connection came to: the order where the stream told it in whole, and whether another one is worth it. */
interface Heard {
  readonly found: OrderStanding | undefined
  readonly isUseful: boolean
}

/** Listens until the stream tells what is waited for, or ends. Its failures are no failure of the wait. */
const listen = async (
  context: Context,
  requestId: string,
  isDone: (status: OrderStatus) => boolean,
  signal: AbortSignal
): Promise<Heard> => {
  let isUseful = false
  try {
    const path = Paths.events(Paths.order(requestId))
    const connection = await connect(context, path, "", signal)
    if (connection === undefined) return { found: undefined, isUseful }
    try {
      while (true) {
        const sent = await connection.next(isUseful ? SILENCE_MILLIS : FIRST_MILLIS)
        if (sent === undefined) return { found: undefined, isUseful }
        for (const event of sent.map(LiveEvents.ofOrder)) {
          isUseful = true
          if (event === undefined || !isDone(event.order.status)) continue
          return { found: event.type === "snapshot" ? event.order : undefined, isUseful }
        }
      }
    } finally {
      connection.close()
    }
  } catch (error) {
    if (!(error instanceof FlashSaleError)) throw error
    // What is refused or away for now may be there the next time; a stream that is silent from its start never speaks.
    return { found: undefined, isUseful: isUseful || (error.retryable && error.code !== "timeout") }
  }
}

/** The order as it is, or why nobody can say so now. */
const ask = async (
  context: Context,
  requestId: string,
  signal: AbortSignal
): Promise<OrderStanding | FlashSaleError> => {
  try {
    const found = await order(context, requestId, signal)
    if (found !== undefined) return found
  } catch (error) {
    if (error instanceof FlashSaleError && error.retryable) return error
    throw error
  }
  throw new FlashSaleError("no order of this id was accepted", { code: "unknown_order", status: 404, requestId })
}

const waiting = async (
  context: Context,
  requestId: string,
  isDone: (status: OrderStatus) => boolean,
  signal: AbortSignal
): Promise<OrderStanding> => {
  const { timing } = context
  let isListening = true
  for (let round = 1;; round++) {
    if (isListening) {
      const heard = await listen(context, requestId, isDone, signal)
      if (heard.found !== undefined) return heard.found
      isListening = heard.isUseful
    }
    const found = await ask(context, requestId, signal)
    if (!(found instanceof FlashSaleError) && isDone(found.status)) return found
    const own = backoff(round, POLL, timing.chance())
    const named = found instanceof FlashSaleError ? found.retryAfterMillis : undefined
    await timing.pause(named === undefined ? own : Math.max(own, afterNamed(named, timing.chance())), signal)
  }
}

/** Waits for an order that was accepted. */
export const waitForOrder = async (
  context: Context,
  requestId: string,
  millis: number,
  { signal, until = "final" }: WaitOptions
): Promise<OrderStanding> => {
  const isDone = until === "final" ? isFinal : isDecided
  try {
    return await within(millis, signal, (inner) => waiting(context, requestId, isDone, inner))
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error
    const message = `the order ${requestId} was not ${until} within ${millis} ms`
    throw new FlashSaleError(message, { code: "timeout", retryable: true, requestId, cause: error })
  }
}

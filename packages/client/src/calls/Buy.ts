/** Placing an order, or holding units, under one request id however often it is sent. */
import { type Answer, refusal, unexpected } from "../http/Answer.ts"
import { FlashSaleError } from "../http/FlashSaleError.ts"
import { type Call, send } from "../http/Transport.ts"
import { type Context, retrying } from "../retry/Retrying.ts"
import { newRequestId } from "../time/Chance.ts"
import type { Hold } from "../wire/Checkout.ts"
import { numberOf, textOf } from "../wire/Json.ts"
import type { Accepted, Order } from "../wire/Order.ts"
import { isConclusive, mayHavePlaced } from "./Uncertainty.ts"

export interface CallOptions {
  /** Ends the call when it is aborted: the call then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** The answer as an accepted order; undefined where it is a refusal. `isRepeated`: the order can only be our own. */
const accepted = (
  requestId: string,
  answer: Answer,
  attempts: number,
  isRepeated: boolean
): Accepted | undefined => {
  const { body, status } = answer
  const isDuplicate = isRepeated && status === 409 && body?.["code"] === "duplicate_request"
  if (status !== 202 && !isDuplicate) return undefined
  const correlationId = textOf(body?.["correlation_id"])
  if (body === undefined || correlationId === undefined) throw unexpected(answer, "the answer is not the engine's")
  return {
    request_id: requestId,
    status: isDuplicate ? textOf(body["order_status"]) ?? "PENDING" : "PENDING",
    correlation_id: correlationId,
    estimated_wait_ms: numberOf(body["estimated_wait_ms"]) ?? 0,
    attempts
  }
}

/** The same error, with what is known of the order. */
export const ofOrder = (error: FlashSaleError, requestId: string, outcomeUnknown: boolean): FlashSaleError => {
  const { body, cause, code, correlationId, message, retryAfterMillis, retryable, status } = error
  const said = message.slice(code.length + 2)
  return new FlashSaleError(said, {
    code,
    status,
    retryable,
    correlationId,
    retryAfterMillis,
    body,
    cause,
    requestId,
    outcomeUnknown
  })
}

/**
 * Places an order. A 409 says that the order is there, which after an attempt of ours, or under an id that nobody else
 * has, is what was wanted; the engine answers 422 where another order has the id.
 */
const place = async (
  context: Context,
  path: "/buy" | "/holds",
  order: Order | Hold,
  { signal }: CallOptions
): Promise<Accepted> => {
  const requestId = order.request_id ?? newRequestId()
  const body = JSON.stringify({ ...order, request_id: requestId })
  const call: Call = { method: "POST", path, accept: "application/json", body }
  let uncertain = false
  return retrying(context, signal, async (attempt, millis) => {
    try {
      const answer = await send(context.settings, call, millis, signal)
      const result = accepted(requestId, answer, attempt, attempt > 1 || order.request_id === undefined)
      if (result !== undefined) return result
      throw refusal(answer)
    } catch (error) {
      if (!(error instanceof FlashSaleError)) throw error
      uncertain = (uncertain || mayHavePlaced(error)) && !isConclusive(error)
      throw ofOrder(error, requestId, uncertain)
    }
  })
}

export const buy = (context: Context, order: Order, options: CallOptions): Promise<Accepted> =>
  place(context, "/buy", order, options)

export const hold = (context: Context, units: Hold, options: CallOptions): Promise<Accepted> =>
  place(context, "/holds", units, options)

/** Confirming, paying for and cancelling an order: each call is sent again until it is answered, and counts once. */
import { type Answer, refusal, unexpected } from "../http/Answer.ts"
import { FlashSaleError } from "../http/FlashSaleError.ts"
import { type Call, send } from "../http/Transport.ts"
import { type Context, retrying } from "../retry/Retrying.ts"
import type { Acted, Confirm, Named, Paid } from "../wire/Checkout.ts"
import { textOf } from "../wire/Json.ts"
import { type CallOptions, ofOrder } from "./Buy.ts"
import * as Paths from "./Paths.ts"
import { mayHavePlaced } from "./Uncertainty.ts"

const acted = (requestId: string, answer: Answer, attempts: number): Acted => {
  if (answer.status !== 202) throw refusal(answer)
  const status = textOf(answer.body?.["status"])
  const correlationId = textOf(answer.body?.["correlation_id"])
  if (status === undefined || correlationId === undefined) throw unexpected(answer, "the answer is not the engine's")
  return { request_id: requestId, status, correlation_id: correlationId, attempts }
}

/** A refusal by status (4xx) is the engine's word on the order, whatever became of the attempts before it. */
const act = async (context: Context, requestId: string, path: string, body: Named, { signal }: CallOptions) => {
  const call: Call = { method: "POST", path, accept: "application/json", body: JSON.stringify(body) }
  let uncertain = false
  return retrying(context, signal, async (attempt, millis) => {
    try {
      return acted(requestId, await send(context.settings, call, millis, signal), attempt)
    } catch (error) {
      if (!(error instanceof FlashSaleError)) throw error
      const isWord = error.status === 409 || error.status === 422
      uncertain = (uncertain || mayHavePlaced(error)) && !isWord
      throw ofOrder(error, requestId, uncertain)
    }
  })
}

export const confirm = async (context: Context, requestId: string, body: Confirm, options: CallOptions) =>
  act(context, requestId, Paths.action(requestId, "confirm"), body, options)

export const paid = async (context: Context, requestId: string, body: Paid, options: CallOptions) =>
  act(context, requestId, Paths.action(requestId, "paid"), body, options)

export const cancel = async (context: Context, requestId: string, options: CallOptions) =>
  act(context, requestId, Paths.action(requestId, "cancel"), {}, options)

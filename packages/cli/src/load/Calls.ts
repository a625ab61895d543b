/** The calls of a load run, each sent once: its answer, or that it is to be sent again. */
import type * as Client from "@flash-sale/domain/api/Client"
import type { Order } from "@flash-sale/domain/records/Order"
import { Effect, Schema } from "effect"
import type { HttpClientError } from "effect/http"
import type { Action, Call } from "./Steps.ts"
import type { ActionAnswer, Answer } from "./Tally.ts"

/** The answer is not final: the gateway said 503, the connection broke, or the order is not decided yet. */
export class TryAgain extends Schema.TaggedError<TryAgain>()("TryAgain", { why: Schema.String }) {}

/** Why an order is looked at again that nobody has decided yet: that is no failure. */
export const PENDING = "pending"

/** Orders, or holds. `isAgain` says whether the same order was sent before. */
export const order = (
  client: Client.Client,
  order: Order,
  call: Exclude<Call, Action>,
  isAgain: boolean
): Effect.Effect<Answer, TryAgain> =>
  Effect.matchEffect(sendOrder(client, order, call), {
    onSuccess: () => Effect.succeed<Answer>({ _tag: "Accepted" }),
    onFailure: (error) =>
      Effect.map(refusal(error), (code): Answer =>
        isAgain && code === "duplicate_request" ? { _tag: "AcceptedBefore" } : { _tag: "Refused", code })
  })

const sendOrder = (client: Client.Client, order: Order, call: Exclude<Call, Action>) => {
  if (call._tag === "Buy") return client.orders.buy({ payload: order })
  const { amount, itemId, requestId, userId } = order
  return client.orders.hold({ payload: { amount, itemId, requestId, userId, holdSeconds: call.holdSeconds } })
}

/** Undefined where the order holds units, or has until its time was over; else how it is. */
export const look = (
  client: Client.Client,
  { requestId }: Order
): Effect.Effect<string | undefined, TryAgain> =>
  Effect.matchEffect(client.orders.order({ params: { request_id: requestId } }), {
    onSuccess: ({ status }) => {
      if (status === "PENDING") return Effect.fail(new TryAgain({ why: PENDING }))
      return Effect.succeed(status === "RESERVED" || status === "EXPIRED" ? undefined : status)
    },
    onFailure: refusal
  })

/** Confirms, tells of the payment, or cancels. */
export const act = (
  client: Client.Client,
  { requestId }: Order,
  action: Action
): Effect.Effect<ActionAnswer, TryAgain> =>
  Effect.matchEffect(sendAction(client, requestId, action), {
    onSuccess: () => Effect.succeed<ActionAnswer>({ _tag: "Taken" }),
    onFailure: (error) =>
      Effect.map(refusal(error), (code): ActionAnswer => ({
        _tag: "Refused",
        code,
        isDueBack: error._tag === "OrderConflict" && error.refund_due === true
      }))
  })

const sendAction = (client: Client.Client, requestId: Order["requestId"], action: Action) => {
  const params = { request_id: requestId }
  switch (action._tag) {
    case "Confirm":
      return Effect.asVoid(client.checkout.confirm({
        params,
        payload: action.paymentToken === undefined ? {} : { payment_token: action.paymentToken }
      }))
    case "Paid":
      return Effect.asVoid(client.checkout.paid({ params, payload: { reference: action.reference } }))
    case "Cancel":
      return Effect.asVoid(client.checkout.cancel({ params, payload: {} }))
  }
}

/** What a client's call may fail with. */
type Failure =
  | { readonly _tag: "Unavailable"; readonly code: string }
  | { readonly _tag: "SchemaError" }
  | HttpClientError.HttpClientError
  | { readonly _tag: string; readonly code: string }

/** The code of an answer that repeating does not change, or that it is none. */
const refusal = (error: Failure): Effect.Effect<string, TryAgain> => {
  if (error._tag === "Unavailable" && "code" in error) return Effect.fail(new TryAgain({ why: error.code }))
  if (error._tag === "HttpClientError" && "reason" in error) {
    return error.response === undefined
      ? Effect.fail(new TryAgain({ why: reasonOf(error) }))
      : Effect.succeed(`undefined answer ${error.response.status}`)
  }
  return Effect.succeed("code" in error ? error.code : "undefined answer")
}

/** A short name for what broke: few enough that they can be counted. */
export const reasonOf = ({ reason }: HttpClientError.HttpClientError): string => {
  const cause = "cause" in reason ? reason.cause : undefined
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : reason._tag
}

/** What is done with an order that was accepted: confirming a hold, telling that it is paid for, cancelling. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { PaymentReference } from "../../records/checkout/Reference.ts"
import { ItemId, RequestId, UserId } from "../../records/Ids.ts"
import { OfferedToken } from "../../records/token/PaymentToken.ts"
import * as AccessErrors from "../AccessErrors.ts"
import { Authorization } from "../Authorization.ts"
import * as Errors from "../Errors.ts"
import * as Fields from "../Fields.ts"
import * as HttpProblems from "../HttpProblems.ts"
import { RequestErrors } from "../RequestErrors.ts"
import { OrderConflict } from "./CheckoutErrors.ts"

/** By which the order is found without a look at it. */
const named = {
  item_id: Schema.optionalKey(ItemId.annotate({ description: "The order's item, where the caller knows it" })),
  user_id: Schema.optionalKey(UserId.annotate({ description: "The order's buyer, where the caller knows it" }))
}

export const ConfirmBody = Schema.Struct({ payment_token: Schema.optionalKey(OfferedToken), ...named }).annotate({
  identifier: "Confirm",
  description: "The hold is to be charged, by `payment_token` where there is one."
})
export type ConfirmBody = typeof ConfirmBody.Type

export const PaidBody = Schema.Struct({ reference: PaymentReference, ...named }).annotate({
  identifier: "Paid",
  description: "The shop has taken the money itself."
})
export type PaidBody = typeof PaidBody.Type

export const CancelBody = Schema.Struct(named).annotate({
  identifier: "Cancel",
  description: "The order is not wanted any more."
})
export type CancelBody = typeof CancelBody.Type

const queued = <const Status extends string>(status: Status, identifier: string) =>
  HttpApiSchema.WithHeaders(
    Schema.Struct({
      status: Schema.Literal(status),
      request_id: Schema.String.annotate({ description: "That of the order" }),
      correlation_id: Fields.CorrelationText,
      processing_time_ms: Schema.Int.annotate({ description: "How long it took to answer" })
    }).annotate({
      identifier,
      description: "The call is durable in the log, or was before; what becomes of the order will be at `Location`."
    }).pipe(HttpApiSchema.status(202)),
    { location: Schema.String }
  )

export const ConfirmQueued = queued("Confirm Queued", "ConfirmQueued")
export const PaidQueued = queued("Paid Queued", "PaidQueued")
export const CancelQueued = queued("Cancel Queued", "CancelQueued")

const params = { request_id: RequestId }
const refusals = [
  AccessErrors.TokenMismatch,
  Errors.UnknownOrder,
  OrderConflict,
  HttpProblems.BodyTooLarge,
  HttpProblems.UnsupportedMediaType,
  Errors.RequestIdReused,
  AccessErrors.QuotaExceeded,
  Errors.InternalError,
  Errors.Unavailable
] as const

/** A body that may be left out, which is null then. */
const optional = <S extends Schema.Top>(body: S) => [body, Schema.Null] as const
/** What the document says of one. */
const optionalBody = (operation: Readonly<Record<string, unknown>>) => {
  const { content } = operation["requestBody"] as {
    readonly content: Readonly<Record<string, { readonly schema: { readonly anyOf: ReadonlyArray<object> } }>>
  }
  const schemas = Object.entries(content).map(([type, { schema: { anyOf: [schema] } }]) => [type, { schema }] as const)
  return { ...operation, requestBody: { content: Object.fromEntries(schemas), required: false } }
}

const LOOKED =
  "With `item_id` and `user_id`, and an api key, the call is taken without a look at the order, also while " +
  "nobody can look; the outcome is in its status alone."

const confirm = HttpApiEndpoint.post("confirm", "/orders/:request_id/confirm", {
  params,
  payload: optional(ConfirmBody),
  success: ConfirmQueued,
  error: [...refusals, Errors.RateLimited]
}).annotateMerge(OpenApi.annotations({
  summary: "Have a hold charged",
  description:
    "Answers 202 once that is durable in the log: the engine charges then. The first of `confirm`, `paid`, " +
    "`cancel` and the end of the hold's time counts; 409 says which came first, where it is known already. The same " +
    `call again is 202 as long as the order is what it asked for. Counts as a request of the user. ${LOOKED}`,
  transform: optionalBody
}))

const paid = HttpApiEndpoint.post("paid", "/orders/:request_id/paid", {
  params,
  payload: PaidBody,
  success: PaidQueued,
  error: refusals
}).annotateMerge(OpenApi.annotations({
  summary: "Tell that a hold is paid for",
  description:
    "Of a shop that takes the money itself, under the `reference` of its own provider; an api key is needed. " +
    "A payment is never forgotten: one that does not complete the order is kept as `refund_due` of the order, and a " +
    `409 that knows it says \`refund_due\`. The same reference counts once. ${LOOKED}`
}))

const cancel = HttpApiEndpoint.post("cancel", "/orders/:request_id/cancel", {
  params,
  payload: optional(CancelBody),
  success: CancelQueued,
  error: refusals
}).annotateMerge(OpenApi.annotations({
  summary: "Cancel an order",
  description: "The units of a hold are free at once. What is being charged is voided at the provider first; what is " +
    "completed is refunded by an operator, and not cancelled.",
  transform: optionalBody
}))

export class CheckoutApi extends HttpApiGroup.make("checkout").add(confirm, paid, cancel)
  .middleware(RequestErrors).middleware(Authorization).annotateMerge(
    OpenApi.annotations({ description: "Confirming, paying and cancelling orders" })
  )
{}

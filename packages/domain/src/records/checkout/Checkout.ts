/**
 * What ends a hold, and what gives back a sale: the values of the records `confirm`, `expire` and `refund`.
 *
 * **Details**: `at` is when whoever appended the record did so, in milliseconds since 1970 (UTC). It decides whether a
 * hold was still open; the fold has no clock.
 */
import { Schema } from "effect"
import { Attempt, CorrelationId, RequestId, UserId } from "../Ids.ts"
import { Instant } from "../Instant.ts"
import { RecordedToken } from "../token/PaymentToken.ts"
import { PaymentReference } from "./Reference.ts"

/** Orders that one `expire` record may name. */
export const MAX_EXPIRIES = 500

const requestId = { requestId: "request_id" } as const

/**
 * The value of a `confirm` record: the hold is to be charged (by `paymentToken`, where there is one), or it is paid for
 * already, under `reference`.
 *
 * **Details**: without `attempt` the present one is meant. `userId` is there where nobody looked whose order it is: the
 * order of another buyer is not confirmed.
 */
export const Confirmation = Schema.Struct({
  requestId: RequestId,
  attempt: Schema.optionalKey(Attempt),
  userId: Schema.optionalKey(UserId),
  at: Instant,
  paymentToken: Schema.optionalKey(RecordedToken),
  reference: Schema.optionalKey(PaymentReference)
}).check(Schema.makeFilter(
  ({ paymentToken, reference }) => paymentToken === undefined || reference === undefined,
  { message: "must have a payment_token or a reference, and not both" }
)).pipe(Schema.encodeKeys({ ...requestId, userId: "user_id", paymentToken: "payment_token" }))
export type Confirmation = typeof Confirmation.Type

/** One hold whose time is over, with the correlation id of its order. */
export const ExpiredHold = Schema.Struct({ requestId: RequestId, attempt: Attempt, correlationId: CorrelationId }).pipe(
  Schema.encodeKeys({ ...requestId, correlationId: "correlation_id" })
)
export type ExpiredHold = typeof ExpiredHold.Type

/** The value of an `expire` record: these attempts are over, where their time is by then. */
export const Expiry = Schema.Struct({
  at: Instant,
  orders: Schema.Array(ExpiredHold).check(Schema.isBetweenLength(1, MAX_EXPIRIES))
})
export type Expiry = typeof Expiry.Type

/**
 * The value of a `refund` record: what was sold is given back, on sale again (`restock`) or out of the books. With
 * `byHand` the money was given back by a person, under this reference: the provider is not asked.
 */
export const Refund = Schema.Struct({
  requestId: RequestId,
  attempt: Attempt,
  restock: Schema.Boolean,
  byHand: Schema.optionalKey(PaymentReference)
}).pipe(Schema.encodeKeys({ ...requestId, byHand: "by_hand" }))
export type Refund = typeof Refund.Type

/** The messages between the engine and an HTTP payment provider. docs/payments.md specifies them for providers. */
import { type Charge } from "@flash-sale/domain/ports/PaymentProvider"
import { PaymentOutcome } from "@flash-sale/domain/records/Command"
import { Schema } from "effect"

const ChargeBody = Schema.Struct({
  key: Schema.String,
  itemId: Schema.String,
  requestId: Schema.String,
  userId: Schema.String,
  attempt: Schema.Number,
  amount: Schema.Number,
  price: Schema.optional(Schema.Number),
  currency: Schema.optional(Schema.String),
  paymentToken: Schema.optional(Schema.String)
}).pipe(Schema.encodeKeys({
  itemId: "item_id",
  requestId: "request_id",
  userId: "user_id",
  paymentToken: "payment_token"
}))

/** The body of a charge, in JSON. Price, currency and token are left out where they are absent. */
export const encodeCharge: (charge: Charge) => string = Schema.encodeSync(Schema.fromJsonString(ChargeBody))

const Answer = Schema.Struct({
  result: PaymentOutcome,
  /** The key of the charge. Where it is present it must be the key of the request. */
  key: Schema.optional(Schema.String)
})

export const decodeAnswer = Schema.decodeUnknownOption(Schema.fromJsonString(Answer))

/**
 * A key in a header or a path. Request ids hold any characters, and headers ASCII alone: all but `A-Z a-z 0-9 - _ . ! ~
 * * ' ( ) :` is percent-encoded in UTF-8, so that no two keys are written alike.
 */
export const encodeKey = (key: string): string => encodeURIComponent(key).replaceAll("%3A", ":")

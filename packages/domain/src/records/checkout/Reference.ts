/** A payment that a shop has taken itself, by the name that its own provider gave it. */
import { Schema } from "effect"
import { inJsonSchema, isPlainText, NOT_BLANK } from "../Ids.ts"

/** The longest reference, in characters. */
export const MAX_REFERENCE_LENGTH = 200

const isText = (text: string): boolean => isPlainText(text, MAX_REFERENCE_LENGTH) && text.trim() !== ""

/** By its reference a payment is told from another one for the same order: one counts once. */
export const PaymentReference = Schema.String.check(
  Schema.makeFilter(isText, {
    message: `must be 1 to ${MAX_REFERENCE_LENGTH} well-formed characters, not blank, without control characters`,
    ...inJsonSchema(MAX_REFERENCE_LENGTH, NOT_BLANK)
  })
).pipe(Schema.brand("PaymentReference")).annotate({
  description: "The payment that the shop has taken, by the name that its own provider gave it"
})
export type PaymentReference = typeof PaymentReference.Type
export const isPaymentReference = (value: unknown): value is PaymentReference =>
  typeof value === "string" && isText(value)

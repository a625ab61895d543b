/**
 * The token by which the payment provider charges a buyer: as it is ordered with, and as a record keeps it. Opaque
 * here, and never logged. Decision 0037.
 */
import { Schema } from "effect"
import { inJsonSchema, isPlainText } from "../Ids.ts"
import { isCardNumber } from "./CardNumber.ts"

/** The longest `payment_token`, in characters. */
export const MAX_PAYMENT_TOKEN_LENGTH = 200
const NO_CONTROLS = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"
const tokenMessage = "must be 1 to 200 well-formed characters without control characters"

const isClear = (text: string): boolean => isPlainText(text, MAX_PAYMENT_TOKEN_LENGTH)

/** What an encrypted token begins with: the version of its form. */
export const ENCRYPTED_PREFIX = "enc1."
/**
 * `enc1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url: a nonce of 12 bytes, a tag of 16, and a
 * ciphertext as long as the token, which has 600 bytes of UTF-8 at the most.
 */
const ENCRYPTED = /^enc1\.[a-zA-Z0-9_-]{1,32}\.[a-zA-Z0-9_-]{16}\.[a-zA-Z0-9_-]{23,822}$/

const isRecorded = (text: string): boolean => isClear(text) || ENCRYPTED.test(text)

/**
 * As a record of the log keeps it: encrypted, or in clear as older records do, and those of gateways without a key.
 *
 * **Gotchas**: what was a token once stays one for ever, so the rules of `OfferedToken` do not hold here.
 */
export const RecordedToken = Schema.String.check(
  Schema.makeFilter(isRecorded, { message: tokenMessage })
).pipe(Schema.brand("RecordedToken"))
export type RecordedToken = typeof RecordedToken.Type
export const isRecordedToken = (value: unknown): value is RecordedToken =>
  typeof value === "string" && isRecorded(value)

/** In the form that `RecordedToken` gives to what is encrypted. */
export const EncryptedToken = RecordedToken.check(Schema.isPattern(ENCRYPTED)).pipe(Schema.brand("EncryptedToken"))
export type EncryptedToken = typeof EncryptedToken.Type
export const isEncryptedToken = (token: RecordedToken): token is EncryptedToken => ENCRYPTED.test(token)

/** In clear, as the provider takes it. */
export const PaymentToken = Schema.String.check(
  Schema.makeFilter(isClear, { message: tokenMessage, ...inJsonSchema(MAX_PAYMENT_TOKEN_LENGTH, NO_CONTROLS) })
).pipe(Schema.brand("RecordedToken"), Schema.brand("PaymentToken"))
export type PaymentToken = typeof PaymentToken.Type

const isNoCardNumber = (text: string): boolean => !isCardNumber(text)
const isNotEncrypted = (text: string): boolean => !text.startsWith(ENCRYPTED_PREFIX)

/**
 * As a buyer's order may have it. The number of a card is none, as what is ordered with is kept. Nor is what looks like
 * an encrypted token: no key would open it, and its charge would wait for one.
 */
export const OfferedToken = PaymentToken.check(
  Schema.makeFilter(
    isNoCardNumber,
    { message: "must be a token of the payment provider, and never the number of a card" }
  ),
  Schema.makeFilter(
    isNotEncrypted,
    { message: `must not begin with "${ENCRYPTED_PREFIX}", as the engine's encrypted tokens do` }
  )
).annotate({
  description:
    "The payment provider's token for this buyer, 1 to 200 characters. Never the number of a card: what is " +
    "one (13 to 19 digits, spaces and dashes aside, with a right check digit) is refused"
})
export type OfferedToken = typeof OfferedToken.Type
export const isOfferedToken = (value: unknown): value is OfferedToken =>
  typeof value === "string" && isClear(value) && isNoCardNumber(value) && isNotEncrypted(value)

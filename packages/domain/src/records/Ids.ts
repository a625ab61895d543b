/**
 * The names by which buyers, goods and requests are known, with the limits of the public contract.
 *
 * Every id is branded: a value of one of these types has been checked once, at the edge, and is never checked again.
 */
import { type JsonSchema, Schema } from "effect"

/** The longest `user_id` and `item_id`, in characters. */
export const MAX_ID_LENGTH = 100
/** The longest `request_id`, in characters. */
export const MAX_REQUEST_ID_LENGTH = 200
/** The most units that one order may ask for. */
export const MAX_AMOUNT = 1000

/** By the flag `u` they are also patterns of JSON Schema. Neither id may be a step of a path. */
const USER_PATTERN = /^(?!\.{1,2}$)[a-zA-Z0-9_.:@|+=~-]{1,100}$/u
const ITEM_PATTERN = /^(?!\.{1,2}$)[a-zA-Z0-9_.-]{1,100}$/u
const userMessage = "must be 1 to 100 characters out of letters, digits and '_.:@|+=~-', and not \".\" or \"..\""
const itemMessage = "must be 1 to 100 characters out of letters, digits, '_', '.' and '-', and not \".\" or \"..\""
/** What version 1 of the rules knew: see `isWide`. */
const NARROW_PATTERN = /^[a-zA-Z0-9_-]{1,100}$/

const controlCharacter = /\p{Cc}/u

/** Whether a text is well formed, without control characters, and of 1 to `maxLength` UTF-16 units. */
export const isPlainText = (text: string, maxLength: number): boolean =>
  text.length > 0 && text.length <= maxLength && text.isWellFormed() && !controlCharacter.test(text)

/** The same for JSON Schema, which counts code points and not UTF-16 units (𝄞 is one and not two): a little looser. */
export const inJsonSchema = (maxLength: number, pattern: string) => ({
  toJsonSchema: (): readonly [JsonSchema.JsonSchema, true] => [{ minLength: 1, maxLength, pattern }, true]
})
/** As a pattern of JSON Schema: something else than white space, and no control characters. */
export const NOT_BLANK =
  "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$"

/** The buyer. Vouched for by the caller: the shop's servers call the engine, not browsers. */
export const UserId = Schema.String.check(Schema.isPattern(USER_PATTERN, { message: userMessage })).pipe(
  Schema.brand("UserId")
).annotate({ description: "The buyer, vouched for by the caller" })
export type UserId = typeof UserId.Type

/** What is sold. Also the key of every record in the log, so that one item lives in one partition. */
export const ItemId = Schema.String.check(Schema.isPattern(ITEM_PATTERN, { message: itemMessage })).pipe(
  Schema.brand("ItemId")
).annotate({ description: "What is sold" })
export type ItemId = typeof ItemId.Type

/** The checks of these schemas as plain functions: each record needs several, and decoding by schema costs far more. */
export const isUserId = (value: unknown): value is UserId => typeof value === "string" && USER_PATTERN.test(value)
export const isItemId = (value: unknown): value is ItemId => typeof value === "string" && ITEM_PATTERN.test(value)

/** Whether an id of a user or of an item has characters that version 1 of the rules did not take. */
export const isWide = (id: UserId | ItemId): boolean => !NARROW_PATTERN.test(id)

const isRequestText = (text: string): boolean => isPlainText(text, MAX_REQUEST_ID_LENGTH) && text.trim().length > 0

/**
 * The buyer's own name for one attempt to buy: repeating it never buys twice.
 *
 * **Gotchas**: a lone surrogate would be a different key in Redis than in JavaScript, so the text must be well formed.
 */
export const RequestId = Schema.String.check(
  Schema.makeFilter(
    isRequestText,
    {
      message: "must be 1 to 200 well-formed characters, not blank, without control characters",
      ...inJsonSchema(MAX_REQUEST_ID_LENGTH, NOT_BLANK)
    }
  )
).pipe(Schema.brand("RequestId")).annotate({
  description: "The caller's own name for one attempt to buy: repeating it never buys twice"
})
export type RequestId = typeof RequestId.Type
export const isRequestId = (value: unknown): value is RequestId => typeof value === "string" && isRequestText(value)

/**
 * Characters that are not seen where an id is shown, or change how what is beside them is shown: controls, format and
 * bidirectional characters, those of no width, and separators of lines. As ranges, so that a newer Node with a newer
 * Unicode decides as before.
 */
const UNSEEN = "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891" +
  "\\u08e2\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164" +
  "\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb"
/** Those beyond 16 bits, which not every reader of a JSON Schema knows as one character. */
const UNSEEN_BEYOND = "\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}" +
  "\\u{e0000}-\\u{e0fff}"
const unseen = new RegExp(`[${UNSEEN}${UNSEEN_BEYOND}]`, "u")

/** Steps of a path: clients make something else of `/orders/..` before they send it, written as `%2E%2E` too. */
const isStep = (text: string): boolean => text === "." || text === ".."

const isNewRequestText = (text: string): boolean => isRequestText(text) && !isStep(text) && !unseen.test(text)

/** A request id as a new order may have it. Narrower than what the log may hold, and than what may be asked for. */
export const NewRequestId = Schema.String.check(
  Schema.makeFilter(
    isNewRequestText,
    {
      message: "must be 1 to 200 well-formed characters without controls, bidirectional or zero-width ones, " +
        "not blank, and not \".\" or \"..\"",
      ...inJsonSchema(MAX_REQUEST_ID_LENGTH, `^(?!\\.{1,2}$)[^${UNSEEN}]*[^\\s${UNSEEN}][^${UNSEEN}]*$`)
    }
  )
).pipe(Schema.brand("RequestId"))
export const isNewRequestId = (value: unknown): value is RequestId =>
  typeof value === "string" && isNewRequestText(value)

/** A whole number within these bounds. */
export const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most

const amountMessage = `must be a whole number from 1 to ${MAX_AMOUNT}`

/** Units asked for: all of them are sold, or none. */
export const Amount = Schema.Number.check(
  Schema.isInt({ message: amountMessage }),
  Schema.isBetween({ minimum: 1, maximum: MAX_AMOUNT }, { message: amountMessage })
).annotate({ description: "Units: all of them are sold, or none" })
export type Amount = typeof Amount.Type
export const isAmount = (value: unknown): value is Amount => isWhole(value, 1, MAX_AMOUNT)

const CORRELATION_PATTERN = /^[a-zA-Z0-9_.:-]{1,128}$/

/** Ties together every span, log line, message and answer of one order. */
export const CorrelationId = Schema.String.check(Schema.isPattern(CORRELATION_PATTERN)).pipe(
  Schema.brand("CorrelationId")
).annotate({ description: "Finds this order, or this request, in logs and traces" })
export type CorrelationId = typeof CorrelationId.Type
export const isCorrelationId = (value: unknown): value is CorrelationId =>
  typeof value === "string" && CORRELATION_PATTERN.test(value)

const MAX_ATTEMPT = 1_000_000

/** The number of the attempt at an order: 1 at first, one more each time that its dead letter is replayed. */
export const Attempt = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_ATTEMPT })).annotate({
  description: "1 at first, and one more each time that an operator tries the order again"
})
export type Attempt = typeof Attempt.Type
export const isAttempt = (value: unknown): value is Attempt => isWhole(value, 1, MAX_ATTEMPT)

/**
 * The shop's own notes on an order: texts by name, which travel with it and decide nothing. A record has them as JSON
 * in a header, and a store keeps the same text.
 */
import { Schema } from "effect"
import * as Json from "./wire/Json.ts"

/** The most names of one order. */
export const MAX_NAMES = 20
/** The longest text, in characters, which are code points. */
export const MAX_TEXT_LENGTH = 500
/** The most bytes of all of it, as JSON in UTF-8. */
export const MAX_BYTES = 2_048

const NAME = /^[A-Za-z0-9_.-]{1,40}$/u
/** There are databases that keep it in no text. */
const NUL = "\0"
const encoder = new TextEncoder()

/** A code point is one UTF-16 unit or two. */
const isShort = (text: string): boolean =>
  text.length <= MAX_TEXT_LENGTH ||
  (text.length <= 2 * MAX_TEXT_LENGTH && Array.from(text).length <= MAX_TEXT_LENGTH)

const isText = (text: string): boolean => isShort(text) && text.isWellFormed() && !text.includes(NUL)

const isSmall = (metadata: object): boolean => encoder.encode(JSON.stringify(metadata)).length <= MAX_BYTES

/** What metadata is. */
export const Definition = Schema.Record(
  Schema.String,
  Schema.String.check(Schema.makeFilter(isText, {
    toJsonSchema: () => [{ maxLength: MAX_TEXT_LENGTH, pattern: "^[^\\u0000]*$" }, true]
  }))
).check(
  Schema.isPropertyNames(Schema.String.check(Schema.isPattern(NAME))),
  Schema.isMaxProperties(MAX_NAMES),
  Schema.makeFilter(isSmall)
)
export type OrderMetadata = typeof Definition.Type

/** Whether it is metadata, without the schema: orders and records are checked on the hot path. */
export const isOrderMetadata = (value: unknown): value is OrderMetadata => {
  if (!Json.isObject(value)) return false
  const names = Object.keys(value)
  if (names.length > MAX_NAMES) return false
  for (const name of names) {
    const text = value[name]
    if (typeof text !== "string" || !NAME.test(name) || !isText(text)) return false
  }
  return isSmall(value)
}

const message =
  `must be an object of at most ${MAX_NAMES} texts of at most ${MAX_TEXT_LENGTH} well-formed characters ` +
  "without NUL, under names of 1 to 40 characters out of letters, digits, '_', '.' and '-', and of at most " +
  `${MAX_BYTES} bytes in all as JSON`

/** The same as a field of a request: one error, whatever and however much is wrong. */
export const OrderMetadata = Schema.Record(Schema.String, Schema.Unknown).annotate({ message }).pipe(
  Schema.refine(isOrderMetadata, {
    message,
    toJsonSchema: () => {
      const { type: _, ...more } = Schema.toJsonSchemaDocument(Definition).schema
      return [more, true]
    }
  })
).annotate({
  description:
    "The shop's own notes on the order, which its events carry: at most 20 texts, and 2048 bytes in all as " +
    "JSON in UTF-8. No part of what makes an order the same order: the first to come counts"
})

/** Metadata of at least one text, as JSON. */
export const MetadataJson = Schema.NonEmptyString.pipe(Schema.brand("MetadataJson"))
export type MetadataJson = typeof MetadataJson.Type

/** Undefined where there is nothing in it. */
export const write = (metadata: OrderMetadata | undefined): MetadataJson | undefined => {
  if (metadata === undefined) return undefined
  const json = JSON.stringify(metadata)
  return json === "{}" ? undefined : json as MetadataJson
}

/** What a text says, as `write` has it, which is one line; undefined where it says nothing. */
export const read = (text: string): MetadataJson | undefined => {
  const metadata = Json.parse(text)
  return isOrderMetadata(metadata) ? write(metadata) : undefined
}

/** The opposite of `write`. */
export const parse = (json: MetadataJson): OrderMetadata => Json.parse(json) as OrderMetadata

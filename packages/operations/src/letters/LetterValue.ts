/** The value of a letter as it is printed: without the payment token, encrypted or not. */
import * as Utf8 from "@flash-sale/domain/records/wire/Utf8"
import { Result, Schema } from "effect"

const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const TOKEN = "payment_token"
const HIDDEN = "(not shown)"
/** The field in a text that is no JSON, with its value as far as that goes. */
const TOKEN_IN_TEXT = /(payment_token["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}"']*)/g

const hideInText = (text: string): string => text.replace(TOKEN_IN_TEXT, `$1${HIDDEN}`)

/** For `JSON.stringify`: hides the token at any depth, and in texts. */
export const hideToken = (name: string, value: unknown): unknown =>
  name === TOKEN ? HIDDEN : typeof value === "string" ? hideInText(value) : value

/** As JSON, else as text, else in base64. The token of what is text is hidden by `hideToken`. */
export const of = (bytes: Uint8Array): object => {
  const text = Utf8.textOf(bytes)
  if (text === undefined) {
    const hidden = hideInText(Buffer.from(bytes).toString("latin1"))
    return { value_base64: Buffer.from(hidden, "latin1").toString("base64") }
  }
  const json = decodeJson(text)
  return Result.isFailure(json) ? { value_text: text } : { value: json.success }
}

/** The value as it may be shown, under the name that says what it is: without the token at any depth. */
export interface Shown {
  readonly value?: unknown
  readonly value_text?: string
  readonly value_base64?: string
}

const reread = Schema.decodeUnknownSync(Schema.fromJsonString(
  Schema.Struct({
    value: Schema.optionalKey(Schema.Unknown),
    value_text: Schema.optionalKey(Schema.String),
    value_base64: Schema.optionalKey(Schema.String)
  })
))

export const shown = (bytes: Uint8Array): Shown => reread(JSON.stringify(of(bytes), hideToken))

/** Rejections of a request for what it is as HTTP, before its order is looked at. Bodies as in `Errors`. */
import { Schema } from "effect"
import { answer } from "./Answer.ts"
import * as Fields from "./Fields.ts"
import { fixed } from "./FixedField.ts"

/** The body is larger than 16 KiB. */
export class BodyTooLarge extends Schema.Error<BodyTooLarge>("BodyTooLarge")({
  error: Fields.ErrorText,
  code: fixed("body_too_large"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(413, "The body is larger than 16 KiB.")) {
  readonly _tag = "BodyTooLarge"
}

/** The body is declared as another media type than JSON. */
export class UnsupportedMediaType extends Schema.Error<UnsupportedMediaType>("UnsupportedMediaType")({
  error: Fields.ErrorText,
  code: fixed("unsupported_media_type"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(415, "The body is declared as another media type than JSON.")) {
  readonly _tag = "UnsupportedMediaType"
}

/** The body of each answer that no endpoint declares: an unknown route, a body that is too large, a bug. */
export const Problem = Schema.Struct({
  error: Fields.ErrorText,
  code: Schema.Literals([
    "not_found",
    "method_not_allowed",
    "invalid_body",
    "body_too_large",
    "unsupported_media_type",
    "internal_error"
  ]),
  retryable: Fields.Retryable,
  correlation_id: Fields.CorrelationText
})
export type Problem = typeof Problem.Type

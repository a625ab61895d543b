/** Rejections of a request for what it is as HTTP, before its order is looked at. Bodies as in `Errors`. */
import { Schema } from "effect"
import { fixed } from "./FixedField.ts"

/** The body is larger than 16 KiB. */
export class BodyTooLarge extends Schema.Error<BodyTooLarge>("BodyTooLarge")({
  error: Schema.String,
  code: fixed("body_too_large"),
  retryable: fixed(false),
  correlation_id: Schema.String
}, { httpApiStatus: 413 }) {
  readonly _tag = "BodyTooLarge"
}

/** The body is declared as another media type than JSON. */
export class UnsupportedMediaType extends Schema.Error<UnsupportedMediaType>("UnsupportedMediaType")({
  error: Schema.String,
  code: fixed("unsupported_media_type"),
  retryable: fixed(false),
  correlation_id: Schema.String
}, { httpApiStatus: 415 }) {
  readonly _tag = "UnsupportedMediaType"
}

/** The body of each answer that no endpoint declares: an unknown route, a body that is too large, a bug. */
export const Problem = Schema.Struct({
  error: Schema.String,
  code: Schema.Literals([
    "not_found",
    "method_not_allowed",
    "invalid_body",
    "body_too_large",
    "unsupported_media_type",
    "internal_error"
  ]),
  retryable: Schema.Boolean,
  correlation_id: Schema.String
})
export type Problem = typeof Problem.Type

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

/** A page of another web site asks, in a browser: it may link here, and nothing else. */
export class CrossSite extends Schema.Error<CrossSite>("CrossSite")({
  error: Schema.String,
  code: fixed("cross_site"),
  retryable: fixed(false),
  correlation_id: Schema.String
}, { httpApiStatus: 403 }) {
  readonly _tag = "CrossSite"
}

/** The header `Host` names a host that `HTTP_ALLOWED_HOSTS` does not list. */
export class UnknownHost extends Schema.Error<UnknownHost>("UnknownHost")({
  error: Schema.String,
  code: fixed("unknown_host"),
  retryable: fixed(false),
  correlation_id: Schema.String
}, { httpApiStatus: 421 }) {
  readonly _tag = "UnknownHost"
}

/** The body is not declared as JSON in UTF-8, or it is declared as compressed. */
export class UnsupportedMediaType extends Schema.Error<UnsupportedMediaType>("UnsupportedMediaType")({
  error: Schema.String,
  code: fixed("unsupported_media_type"),
  retryable: fixed(false),
  correlation_id: Schema.String
}, { httpApiStatus: 415 }) {
  readonly _tag = "UnsupportedMediaType"
}

/** What a request that means to bring an order may be refused for, as HTTP. */
export const ORDER_PROBLEMS = [
  "body_too_large",
  "unsupported_media_type",
  "cross_site",
  "unknown_host",
  "not_found"
] as const

/** The body of each answer that no endpoint declares: an unknown route, a body that is too large, a bug. */
export const Problem = Schema.Struct({
  error: Schema.String,
  code: Schema.Literals([...ORDER_PROBLEMS, "method_not_allowed", "invalid_body", "internal_error"]),
  retryable: Schema.Boolean,
  correlation_id: Schema.String
})
export type Problem = typeof Problem.Type

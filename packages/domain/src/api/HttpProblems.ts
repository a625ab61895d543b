/** Rejections of a request for what it is as HTTP, before its order is looked at. Bodies as in `Errors`. */
import { Schema } from "effect"
import { answer } from "./Answer.ts"
import * as Fields from "./Fields.ts"
import { fixed } from "./FixedField.ts"

/** The body is larger than 16 KiB; at the admin port, than 160 KiB. */
export class BodyTooLarge extends Schema.Error<BodyTooLarge>("BodyTooLarge")({
  error: Fields.ErrorText,
  code: fixed("body_too_large"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(413, "The body is larger than 16 KiB; at the admin port, than 160 KiB.")) {
  readonly _tag = "BodyTooLarge"
}

/** A page of another web site asks, in a browser: it may link here, and nothing else. */
export class CrossSite extends Schema.Error<CrossSite>("CrossSite")({
  error: Fields.ErrorText,
  code: fixed("cross_site"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(403, "A page of another web site asks, in a browser. It may link here, and nothing else.")) {
  readonly _tag = "CrossSite"
}

/** The header `Host` names a host that `HTTP_ALLOWED_HOSTS` does not list. */
export class UnknownHost extends Schema.Error<UnknownHost>("UnknownHost")({
  error: Fields.ErrorText,
  code: fixed("unknown_host"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(421, "The header `Host` names a host that this gateway does not answer to.")) {
  readonly _tag = "UnknownHost"
}

/** The body is not declared as JSON in UTF-8, or it is declared as compressed. */
export class UnsupportedMediaType extends Schema.Error<UnsupportedMediaType>("UnsupportedMediaType")({
  error: Fields.ErrorText,
  code: fixed("unsupported_media_type"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(415, "The body is not declared as JSON in UTF-8, or it is declared as compressed.")) {
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
  error: Fields.ErrorText,
  code: Schema.Literals([...ORDER_PROBLEMS, "method_not_allowed", "invalid_body", "internal_error"]),
  retryable: Fields.Retryable,
  correlation_id: Fields.CorrelationText
})
export type Problem = typeof Problem.Type

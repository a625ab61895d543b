/** Rejections of a request for who sends it. Bodies as in `Errors`. */
import { Schema } from "effect"
import { Scope } from "../access/Scope.ts"
import { answer } from "./Answer.ts"
import * as Fields from "./Fields.ts"
import { fixed } from "./FixedField.ts"

/**
 * No key and no token where one is needed, or one that proves nothing: `unauthenticated`. A token that is good for
 * longer than a day: `token_too_long`.
 */
export class Unauthenticated extends Schema.Error<Unauthenticated>("Unauthenticated")({
  error: Fields.ErrorText,
  code: Schema.Literals(["unauthenticated", "token_too_long"]),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(401, "The request proves by no key and no token who sends it, or its token is good for too long.")) {
  readonly _tag = "Unauthenticated"
}

/** The caller's key has not this scope. */
export class MissingScope extends Schema.Error<MissingScope>("MissingScope")({
  error: fixed("Missing scope"),
  code: fixed("missing_scope"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText,
  scope: Scope.annotate({ description: "What the key would need" })
}, answer(403, "The caller's key has not the scope that this needs.")) {
  readonly _tag = "MissingScope"
}

/** A buyer's token of another user, or for another item, than the order's. */
export class TokenMismatch extends Schema.Error<TokenMismatch>("TokenMismatch")({
  error: fixed("The token is not for this order"),
  code: Schema.Literals(["wrong_user", "wrong_item"]),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(403, "The buyer's token is of another user, or for another item, than the order.")) {
  readonly _tag = "TokenMismatch"
}

/** This address has sent too many wrong keys and tokens, or this buyer has asked for too much that is not its own. */
export class TooManyFailures extends Schema.Error<TooManyFailures>("TooManyFailures")(
  {
    error: fixed("Too many failures"),
    code: fixed("too_many_failures"),
    retryable: fixed(true),
    correlation_id: Fields.CorrelationText,
    retry_after_seconds: Fields.RetryAfterSeconds
  },
  answer(429, "Too many wrong keys or tokens of this address, or too many requests of this buyer for others' orders.")
) {
  readonly _tag = "TooManyFailures"
}

/** The caller's key has as many orders under way as one key may have at once. */
export class QuotaExceeded extends Schema.Error<QuotaExceeded>("QuotaExceeded")({
  error: fixed("Too many orders of this key at once"),
  code: fixed("quota_exceeded"),
  retryable: fixed(true),
  correlation_id: Fields.CorrelationText,
  retry_after_seconds: Fields.RetryAfterSeconds
}, answer(429, "The caller's key has as many orders under way as one key may have at once.")) {
  readonly _tag = "QuotaExceeded"
}

/** What the admin API refuses beside what the public API does. The bodies have the same shape: see `Errors`. */
import { Schema } from "effect"
import { answer } from "../Answer.ts"
import * as Fields from "../Fields.ts"
import { fixed } from "../FixedField.ts"

/** The cursor is none that this list has given, or it was given by another list or for another question. */
export class InvalidCursor extends Schema.Error<InvalidCursor>("InvalidCursor")({
  error: fixed("Invalid cursor"),
  code: fixed("invalid_cursor"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(400, "The cursor is none that this list has given.")) {
  readonly _tag = "InvalidCursor"
}

/** No dead letter has this id, or it is beyond the bound of letters that are kept at hand. */
export class UnknownLetter extends Schema.Error<UnknownLetter>("UnknownLetter")({
  error: fixed("Unknown dead letter"),
  code: fixed("unknown_letter"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(404, "No dead letter has this id.")) {
  readonly _tag = "UnknownLetter"
}

/** The `Idempotency-Key` belongs to another request of the same api key. Nothing was done. */
export class IdempotencyKeyReused extends Schema.Error<IdempotencyKeyReused>("IdempotencyKeyReused")({
  error: fixed("Idempotency-Key belongs to another request"),
  code: fixed("idempotency_key_reused"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(422, "The `Idempotency-Key` belongs to another request. Nothing was done.")) {
  readonly _tag = "IdempotencyKeyReused"
}

/** There is no api key at all, so nobody may ask: `flash-sale key create` makes one. */
export class NoKeys extends Schema.Error<NoKeys>("NoKeys")({
  error: fixed("There are no api keys"),
  code: fixed("no_keys"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(503, "There are no api keys, so nobody may ask.")) {
  readonly _tag = "NoKeys"
}

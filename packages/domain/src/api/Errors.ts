/**
 * Every rejection of the HTTP API, as data; but those of a request as HTTP (`HttpProblems`), of its caller
 * (`AccessErrors`), and of what is done with an accepted order (`CheckoutErrors`).
 *
 * Each body has `error` (for a person), `code` (for a program; stable), `retryable` (whether the same request may
 * succeed later) and `correlation_id`. Field names are those of the wire. `_tag` is not sent.
 */
import { Schema } from "effect"
import { OrderStatus } from "../records/OrderStatus.ts"
import { answer } from "./Answer.ts"
import * as Fields from "./Fields.ts"
import { fixed } from "./FixedField.ts"

/** What is wrong with one field of a request. */
export const FieldError = Schema.Struct({ field: Schema.String, message: Schema.String })

/** The body is not a JSON object, or fields of it are wrong: `errors` names each. Nothing was done. */
export class InvalidRequest extends Schema.Error<InvalidRequest>("InvalidRequest")({
  error: Schema.Literals(["Invalid request body", "Validation failed"]),
  code: Schema.Literals(["invalid_body", "validation_failed"]),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText,
  errors: Schema.optionalKey(Schema.Array(FieldError))
}, answer(400, "The body is not a JSON object, or fields are wrong: `errors` names each. Nothing was done.")) {
  readonly _tag = "InvalidRequest"
}

/** Why a sale takes no orders, by the words of `REJECTION_REASONS`. */
export const SaleClosedCode = Schema.Literals(["not_open", "closed", "paused"])

/** The sale takes no orders now. `opens_at` (ISO 8601, UTC) is present where it opens later. */
export class SaleClosed extends Schema.Error<SaleClosed>("SaleClosed")({
  error: fixed("Sale not open"),
  code: SaleClosedCode,
  retryable: Fields.Retryable,
  correlation_id: Fields.CorrelationText,
  opens_at: Schema.optionalKey(Fields.Timestamp),
  retry_after_seconds: Schema.optionalKey(Fields.RetryAfterSeconds)
}, answer(403, "The sale takes no orders now.")) {
  readonly _tag = "SaleClosed"
}

/** Above the item's limit for each buyer. `retryable` where held units, which may come back, could stand in the way. */
export class LimitReached extends Schema.Error<LimitReached>("LimitReached")({
  error: fixed("Limit per buyer reached"),
  code: fixed("limit"),
  retryable: Fields.Retryable,
  correlation_id: Fields.CorrelationText
}, answer(403, "Above the item's limit for each buyer.")) {
  readonly _tag = "LimitReached"
}

/** The item never had stock, settings or an order. */
export class UnknownItem extends Schema.Error<UnknownItem>("UnknownItem")({
  error: fixed("Unknown item"),
  code: fixed("unknown_item"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(404, "The item never had stock, settings or an order.")) {
  readonly _tag = "UnknownItem"
}

/** No order of this id was accepted, or its final status is older than statuses are kept. */
export class UnknownOrder extends Schema.Error<UnknownOrder>("UnknownOrder")({
  error: fixed("Unknown order"),
  code: fixed("unknown_order"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(404, "No order of this id was accepted, or it is no longer kept.")) {
  readonly _tag = "UnknownOrder"
}

/** The order was accepted before: `order_status` is its present status. */
export class DuplicateRequest extends Schema.Error<DuplicateRequest>("DuplicateRequest")({
  error: fixed("Duplicate Request Detected"),
  code: fixed("duplicate_request"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText,
  order_status: OrderStatus
}, answer(409, "The order was accepted before; this is its present status. Repeating it never buys twice.")) {
  readonly _tag = "DuplicateRequest"
}

/** Fewer units are left than were asked for. Units may come back, but not more than were put in: `retryable`. */
export class SoldOut extends Schema.Error<SoldOut>("SoldOut")({
  error: fixed("Sold out"),
  code: fixed("sold_out"),
  retryable: Fields.Retryable,
  correlation_id: Fields.CorrelationText
}, answer(410, "Fewer units are left than were asked for.")) {
  readonly _tag = "SoldOut"
}

/** The request id belongs to another order: another user, item or amount, or a hold where this is none. */
export class RequestIdReused extends Schema.Error<RequestIdReused>("RequestIdReused")({
  error: fixed("Request id belongs to another order"),
  code: fixed("request_id_reused"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(422, "The request id belongs to another order: another user, item or amount, or one of both is a hold.")) {
  readonly _tag = "RequestIdReused"
}

export class RateLimited extends Schema.Error<RateLimited>("RateLimited")({
  error: fixed("Rate limit exceeded"),
  code: fixed("rate_limited"),
  retryable: fixed(true),
  correlation_id: Fields.CorrelationText,
  retry_after_seconds: Fields.RetryAfterSeconds,
  remaining_requests: Schema.Int
}, answer(429, "The user has sent as many orders as a window allows.")) {
  readonly _tag = "RateLimited"
}

/**
 * Why the engine cannot serve now. After `outcome_unknown` the client repeats the same request id; it never buys twice.
 * `keys_unavailable`: the keys by which tokens are verified cannot be read now.
 * `upgrading`: the processor is of an earlier release, which does not know what this asks for.
 */
export const UnavailableCode = Schema.Literals([
  "breaker_open",
  "log_unavailable",
  "outcome_unknown",
  "overloaded",
  "store_unavailable",
  "item_stopped",
  "keys_unavailable",
  "upgrading"
])
export type UnavailableCode = typeof UnavailableCode.Type

export class Unavailable extends Schema.Error<Unavailable>("Unavailable")({
  error: fixed("Service temporarily unavailable"),
  code: UnavailableCode,
  retryable: fixed(true),
  correlation_id: Fields.CorrelationText,
  retry_after_seconds: Fields.RetryAfterSeconds
}, answer(503, "The engine cannot serve now. After `outcome_unknown` repeat the same request id.")) {
  readonly _tag = "Unavailable"
}

/** A bug of ours. */
export class InternalError extends Schema.Error<InternalError>("InternalError")({
  error: fixed("Internal server error"),
  code: fixed("internal_error"),
  retryable: Fields.Retryable,
  correlation_id: Fields.CorrelationText
}, answer(500, "A bug of the engine.")) {
  readonly _tag = "InternalError"
}

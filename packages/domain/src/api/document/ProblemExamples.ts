/** One example of each refusal and failure, as it is on the wire, by the name of its schema in the document. */
import type * as AccessErrors from "../AccessErrors.ts"
import type * as CheckoutErrors from "../checkout/CheckoutErrors.ts"
import type * as Errors from "../Errors.ts"
import type * as HttpProblems from "../HttpProblems.ts"
import type * as ArchiveErrors from "../lists/ArchiveErrors.ts"
import type * as SystemApi from "../SystemApi.ts"

/** That of every example. */
export const correlation_id = "6f1c1d0e-6f0a-4a5e-9f0e-0a4a1c1b2d3e"

type Problems =
  & typeof Errors
  & typeof AccessErrors
  & typeof ArchiveErrors
  & typeof CheckoutErrors
  & typeof HttpProblems
  & typeof SystemApi
const problem = <Name extends keyof Problems>(
  _: Name,
  body: Problems[Name] extends { readonly Encoded: infer Encoded } ? Encoded : never
) => body
const final = { retryable: false, correlation_id } as const
const passing = { retryable: true, correlation_id } as const

export const problems = {
  InvalidRequest: problem("InvalidRequest", {
    error: "Validation failed",
    code: "validation_failed",
    ...final,
    errors: [{ field: "amount", message: "must be a whole number from 1 to 1000" }]
  }),
  SaleClosed: problem("SaleClosed", {
    error: "Sale not open",
    code: "not_open",
    ...passing,
    opens_at: "2026-12-01T18:00:00.000Z",
    retry_after_seconds: 30
  }),
  LimitReached: problem("LimitReached", { error: "Limit per buyer reached", code: "limit", ...final }),
  UnknownItem: problem("UnknownItem", { error: "Unknown item", code: "unknown_item", ...final }),
  UnknownOrder: problem("UnknownOrder", { error: "Unknown order", code: "unknown_order", ...final }),
  DuplicateRequest: problem("DuplicateRequest", {
    error: "Duplicate Request Detected",
    code: "duplicate_request",
    ...final,
    order_status: "PENDING"
  }),
  OrderConflict: problem("OrderConflict", {
    error: "The order does not allow this",
    code: "expired",
    ...final,
    order_status: "EXPIRED",
    refund_due: true
  }),
  SoldOut: problem("SoldOut", { error: "Sold out", code: "sold_out", ...passing }),
  Unauthenticated: problem("Unauthenticated", { error: "No key and no token", code: "unauthenticated", ...final }),
  MissingScope: problem("MissingScope", { error: "Missing scope", code: "missing_scope", ...final, scope: "orders" }),
  TokenMismatch: problem("TokenMismatch", {
    error: "The token is not for this order",
    code: "wrong_user",
    ...final
  }),
  TooManyFailures: problem("TooManyFailures", {
    error: "Too many failures",
    code: "too_many_failures",
    ...passing,
    retry_after_seconds: 60
  }),
  QuotaExceeded: problem("QuotaExceeded", {
    error: "Too many orders of this key at once",
    code: "quota_exceeded",
    ...passing,
    retry_after_seconds: 1
  }),
  BodyTooLarge: problem("BodyTooLarge", {
    error: "The body is larger than 16 KiB",
    code: "body_too_large",
    ...final
  }),
  CrossSite: problem("CrossSite", { error: "Pages of other web sites may not ask", code: "cross_site", ...final }),
  UnknownHost: problem("UnknownHost", { error: "Unknown host", code: "unknown_host", ...final }),
  UnsupportedMediaType: problem("UnsupportedMediaType", {
    error: "The body must be application/json in UTF-8, and declared so",
    code: "unsupported_media_type",
    ...final
  }),
  RequestIdReused: problem("RequestIdReused", {
    error: "Request id belongs to another order",
    code: "request_id_reused",
    ...final
  }),
  RateLimited: problem("RateLimited", {
    error: "Rate limit exceeded",
    code: "rate_limited",
    ...passing,
    retry_after_seconds: 30,
    remaining_requests: 0
  }),
  InternalError: problem("InternalError", { error: "Internal server error", code: "internal_error", ...passing }),
  Unavailable: problem("Unavailable", {
    error: "Service temporarily unavailable",
    code: "overloaded",
    ...passing,
    retry_after_seconds: 1
  }),
  Unhealthy: problem("Unhealthy", {
    status: "unhealthy",
    redis: false,
    kafka: true,
    circuit_breaker_state: "closed"
  }),
  NoArchive: problem("NoArchive", { error: "There is no archive", code: "no_archive", ...final }),
  NotReady: problem("NotReady", { status: "not_ready" })
}

/** Why a call failed, as a word for programs. Words stay; more may come. */
import type { Open } from "./Open.ts"

/** The codes of the engine that this release of the client knows. The engine may have fewer, or more. */
export type EngineErrorCode =
  | "already_cancelled"
  | "already_completed"
  | "already_confirmed"
  | "already_refunded"
  | "bad_request"
  | "body_too_large"
  | "breaker_open"
  | "closed"
  | "cross_site"
  | "duplicate_request"
  | "expired"
  | "head_too_large"
  | "internal_error"
  | "invalid_body"
  | "item_stopped"
  | "keys_unavailable"
  | "limit"
  | "log_unavailable"
  | "method_not_allowed"
  | "missing_scope"
  | "no_archive"
  | "not_a_hold"
  | "not_found"
  | "not_open"
  | "order_failed"
  | "outcome_unknown"
  | "overloaded"
  | "paused"
  | "quota_exceeded"
  | "rate_limited"
  | "request_id_reused"
  | "request_timeout"
  | "sold_out"
  | "store_unavailable"
  | "token_too_long"
  | "too_many_failures"
  | "unauthenticated"
  | "unknown_host"
  | "unknown_item"
  | "unknown_order"
  | "unsupported_media_type"
  | "unsupported_transfer_encoding"
  | "upgrading"
  | "validation_failed"
  | "wrong_item"
  | "wrong_user"

/**
 * What the client itself finds: no answer came (`network_error`), or not in time (`timeout`); `token()` failed or was
 * not in time, so nothing was sent (`token_unavailable`); or what came is not the engine's (`unexpected_answer`), as
 * from a proxy or at a wrong address.
 */
export type ClientErrorCode = "network_error" | "timeout" | "token_unavailable" | "unexpected_answer"

export type ErrorCode = Open<EngineErrorCode | ClientErrorCode>

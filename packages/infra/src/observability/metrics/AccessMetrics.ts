/** Counts what the gateway denies for who asks, by the API's codes. */
import type {
  MissingScope,
  QuotaExceeded,
  TokenMismatch,
  TooManyFailures,
  Unauthenticated
} from "@flash-sale/domain/api/AccessErrors"
import type { Metric } from "effect"
import { counter, labelled, type Service } from "./Series.ts"

/** The codes of orders that are refused for who sends them. */
export const ACCESS_CODES = [
  "unauthenticated",
  "token_too_long",
  "missing_scope",
  "wrong_user",
  "wrong_item",
  "too_many_failures",
  "quota_exceeded"
] as const satisfies ReadonlyArray<
  (Unauthenticated | MissingScope | TokenMismatch | TooManyFailures | QuotaExceeded)["code"]
>

/**
 * Why a request was denied: by the codes of its answer, and `unknown_order` for a buyer's token that asked for an order
 * which is not its buyer's, or which nobody knows.
 */
export const ACCESS_REASONS = [
  "unauthenticated",
  "token_too_long",
  "missing_scope",
  "wrong_user",
  "wrong_item",
  "unknown_order",
  "too_many_failures",
  "keys_unavailable",
  "overloaded"
] as const
export type AccessReason = (typeof ACCESS_REASONS)[number]

const failures = labelled(
  ACCESS_REASONS,
  "reason",
  counter("gateway_auth_failures_total", "Requests denied for who asks, by reason")
)

/** Denied requests with this reason. */
export const authFailures = (reason: AccessReason) => failures.of(reason)

/** Kinds of callers that were let in. */
export const CALLER_KINDS = ["nobody", "key", "buyer"] as const
export type CallerKind = (typeof CALLER_KINDS)[number]

const callers = labelled(
  CALLER_KINDS,
  "caller",
  counter("gateway_callers_total", "Requests about orders that were let in, by what their caller proved")
)

/** Requests of such a caller that were let in. */
export const letIn = (kind: CallerKind) => callers.of(kind)

export const initial: Readonly<Record<Service, ReadonlyArray<Metric.Metric<never, unknown>>>> = {
  gateway: [...failures.all, ...callers.all],
  processor: []
}

/** The refusals of an order, made of what was found out. Pure. A flood of them must be cheap, so none has a stack. */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import * as Errors from "@flash-sale/domain/api/Errors"
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { BreakerOpen } from "@flash-sale/infra/resilience/CircuitBreaker"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import type { Effect } from "effect"
import type { PrecheckRefusal } from "./Precheck.ts"
import { refuse } from "./RequestContext.ts"

export type Refusal =
  | Errors.SaleClosed
  | Errors.LimitReached
  | Errors.UnknownItem
  | Errors.DuplicateRequest
  | Errors.SoldOut
  | Errors.RequestIdReused
  | Errors.RateLimited
  | Errors.Unavailable
  | AccessErrors.Unauthenticated
  | AccessErrors.MissingScope
  | AccessErrors.TokenMismatch
  | AccessErrors.TooManyFailures
  | AccessErrors.QuotaExceeded
  | Errors.InvalidRequest

/** There is no place left. */
export type Full = Errors.Unavailable | AccessErrors.QuotaExceeded

/** `Retry-After` where no better time is known, in seconds. */
const RETRY_SECONDS = 1

/** For `Retry-After`, which has neither fractions nor a value for "at once". */
export const wholeSeconds = (millis: number): number => Math.max(1, Math.ceil(millis / 1000))

export const unavailable = (
  correlation_id: CorrelationId,
  code: Errors.UnavailableCode,
  retry_after_seconds = RETRY_SECONDS
): Errors.Unavailable => withoutStack(() => new Errors.Unavailable({ code, correlation_id, retry_after_seconds }))

/** Refuses the request that is being served with 503 and this code. */
export const refuseUnavailable = (code: Errors.UnavailableCode): Effect.Effect<never, Errors.Unavailable> =>
  refuse((correlationId) => unavailable(correlationId, code))

/** The longest `Retry-After`, in seconds. */
const MAX_RETRY_SECONDS = 60

/** The answer while orders would wait too long, by so many milliseconds: that much has to be folded first. */
export const queueTooLong = (correlation_id: CorrelationId, millis: number): Errors.Unavailable =>
  unavailable(correlation_id, "overloaded", Math.min(MAX_RETRY_SECONDS, wholeSeconds(millis)))

/** `Retry-After` while the store has little room left, in seconds: room is made by what expires, or by a person. */
const STORE_FULL_RETRY_SECONDS = 10

/** The answer while the store has little room left. */
export const storeFull = (correlation_id: CorrelationId): Errors.Unavailable =>
  unavailable(correlation_id, "overloaded", STORE_FULL_RETRY_SECONDS)

/** The answer while the caller's key has as many orders under way as one key may have. */
export const quotaExceeded = (correlation_id: CorrelationId): AccessErrors.QuotaExceeded =>
  withoutStack(() => new AccessErrors.QuotaExceeded({ correlation_id, retry_after_seconds: RETRY_SECONDS }))

/** The answer while the breaker to the log is open. */
export const breakerOpen = (correlation_id: CorrelationId, { retryAfterMillis }: BreakerOpen): Errors.Unavailable =>
  unavailable(correlation_id, "breaker_open", wholeSeconds(retryAfterMillis))

/** The answer to a request whose record did not get into the log, or of which nobody knows whether it did. */
export const ofAppend = (correlation_id: CorrelationId, error: AppendRefused | AppendUnknown): Errors.Unavailable =>
  unavailable(
    correlation_id,
    error._tag === "AppendUnknown" ? "outcome_unknown" : error.overloaded ? "overloaded" : "log_unavailable"
  )

/** The answer to a request id that is known already; `same` says whether it was the same order. */
export const known = (correlation_id: CorrelationId, same: boolean, { status }: StatusRecord) =>
  withoutStack(() =>
    same
      ? new Errors.DuplicateRequest({ correlation_id, order_status: status })
      : new Errors.RequestIdReused({ correlation_id })
  )

/** The answer to a request id that was taken before, by what is known of it, and the fingerprint of the order. */
export const ofLookup = (correlation_id: CorrelationId, fingerprint: string, lookup: StatusLookup): Refusal =>
  lookup._tag === "Kept"
    ? known(correlation_id, lookup.record.fingerprint === fingerprint, lookup.record)
    : unavailable(correlation_id, "outcome_unknown")

export const limited = (
  correlation_id: CorrelationId,
  { remaining, retryAfterMillis }: { readonly remaining: number; readonly retryAfterMillis: number }
): Errors.RateLimited =>
  withoutStack(() =>
    new Errors.RateLimited({
      correlation_id,
      retry_after_seconds: wholeSeconds(retryAfterMillis),
      remaining_requests: remaining
    })
  )

/** The answer to a body of which one field is wrong. */
export const invalidField = (correlation_id: CorrelationId, field: string, message: string): Errors.InvalidRequest =>
  withoutStack(() =>
    new Errors.InvalidRequest({
      error: "Validation failed",
      code: "validation_failed",
      correlation_id,
      errors: [{ field, message }]
    })
  )

/** The answer by what was read of the item and of the buyer. `now` in milliseconds since 1970 (UTC). */
export const early = (correlation_id: CorrelationId, refusal: PrecheckRefusal, now: number): Refusal =>
  withoutStack(() => toRefusal(correlation_id, refusal, now))

const toRefusal = (correlation_id: CorrelationId, refusal: PrecheckRefusal, now: number): Refusal => {
  switch (refusal._tag) {
    case "UnknownItem":
      return new Errors.UnknownItem({ correlation_id })
    case "HoldTooLong":
      return invalidField(
        correlation_id,
        "hold_seconds",
        `must be a whole number of seconds from 1 to ${refusal.most}, which is the most that this sale allows`
      )
    case "Limit":
      return new Errors.LimitReached({ correlation_id, retryable: refusal.retryable })
    case "SoldOut":
      return new Errors.SoldOut({ correlation_id, retryable: refusal.retryable })
    case "Paused":
      return new Errors.SaleClosed({ correlation_id, code: "paused", retryable: true })
    case "Closed":
      return new Errors.SaleClosed({ correlation_id, code: "closed", retryable: false })
    case "NotOpen":
      return new Errors.SaleClosed({
        correlation_id,
        code: "not_open",
        retryable: true,
        opens_at: Moment.isoOf(refusal.opensAt),
        retry_after_seconds: wholeSeconds(refusal.opensAt - now)
      })
  }
}

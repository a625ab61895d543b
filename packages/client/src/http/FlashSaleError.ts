/** The one error that calls fail with. */
import type { ErrorCode } from "../wire/ErrorCode.ts"

export interface FlashSaleErrorDetails {
  readonly code: ErrorCode
  readonly status?: number | undefined
  readonly retryable?: boolean | undefined
  readonly correlationId?: string | undefined
  readonly retryAfterMillis?: number | undefined
  readonly requestId?: string | undefined
  readonly outcomeUnknown?: boolean | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/**
 * A call failed: the engine refused it, or no answer came. A call that is aborted fails with the reason of its signal
 * instead, and a wrong argument is a `TypeError`.
 */
export class FlashSaleError extends Error {
  /** Why, as a word for programs. */
  readonly code: ErrorCode
  /** The status of the answer; undefined where none came. */
  readonly status: number | undefined
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** Finds the request in the engine's logs and traces. */
  readonly correlationId: string | undefined
  /** When it is worth trying again, where the engine said so. */
  readonly retryAfterMillis: number | undefined
  /** The request id of the order that was sent, or that the call was about. */
  readonly requestId: string | undefined
  /** What was sent may have been accepted. Ask for the order, or send the same again. */
  readonly outcomeUnknown: boolean
  /** The answer's body, with fields such as `opens_at`, `order_status` and `errors`. */
  readonly body: Readonly<Record<string, unknown>> | undefined

  constructor(message: string, details: FlashSaleErrorDetails) {
    super(`${details.code}: ${message}`, details.cause === undefined ? {} : { cause: details.cause })
    this.name = "FlashSaleError"
    this.code = details.code
    this.status = details.status
    this.retryable = details.retryable ?? false
    this.correlationId = details.correlationId
    this.retryAfterMillis = details.retryAfterMillis
    this.requestId = details.requestId
    this.outcomeUnknown = details.outcomeUnknown ?? false
    this.body = details.body
  }
}

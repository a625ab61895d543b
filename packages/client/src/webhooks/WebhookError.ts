/** Why a request is no webhook of the engine. */
import type { WebhookErrorCode } from "../wire/WebhookEvent.ts"

/** A request failed a check: answer it with 400 or 401, and do nothing about it. */
export class WebhookError extends Error {
  /** Which check, as a word for programs. */
  readonly code: WebhookErrorCode

  constructor(code: WebhookErrorCode, message: string) {
    super(`${code}: ${message}`)
    this.name = "WebhookError"
    this.code = code
  }
}

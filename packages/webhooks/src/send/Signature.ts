/**
 * Signatures of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id, moment and body, in base64
 * and under its version. Pure.
 */
import { Redacted } from "effect"
import { createHmac } from "node:crypto"

const VERSION = "v1"

export interface Signed {
  /** The id of the event. */
  readonly id: string
  /** Seconds since 1970 (UTC). */
  readonly timestamp: number
  readonly body: string
}

/** The value of `webhook-signature`: a signature for each secret, so that a receiver verifies with either. */
export const sign = (secrets: ReadonlyArray<Redacted.Redacted<Buffer>>, { body, id, timestamp }: Signed): string =>
  secrets.map((secret) => {
    const hmac = createHmac("sha256", Redacted.value(secret)).update(`${id}.${timestamp}.${body}`)
    return `${VERSION},${hmac.digest("base64")}`
  }).join(" ")

/** Whether a request is a webhook of the engine, and what it tells. */
import { isObject, readObject } from "../wire/Json.ts"
import type { WebhookEvent } from "../wire/WebhookEvent.ts"
import { WebhookError } from "./WebhookError.ts"
import { read, type WebhookHeaders } from "./WebhookHeaders.ts"
import { keysOf } from "./WebhookSecret.ts"
import { matches } from "./WebhookSignature.ts"

/** How far the sender's clock and the receiver's may be apart, with the way in between: 5 minutes, in seconds. */
const TOLERANCE_SECONDS = 300

export interface VerifyOptions {
  /** When the request came; now where it is absent. */
  readonly receivedAt?: Date | undefined
}

/** A timestamp is whole seconds, of a year that has four digits. */
const SECONDS = /^\d{1,11}$/

const checkTime = (timestamp: string, receivedAt: Date): void => {
  if (!SECONDS.test(timestamp)) {
    throw new WebhookError("invalid_timestamp", "webhook-timestamp is not a number of seconds")
  }
  const age = Math.floor(receivedAt.getTime() / 1_000) - Number(timestamp)
  if (Number.isNaN(age)) throw new TypeError("receivedAt must be a moment")
  if (age > TOLERANCE_SECONDS) {
    throw new WebhookError("timestamp_too_old", `it was sent ${age} s ago: at most ${TOLERANCE_SECONDS} s are taken`)
  }
  if (age < -TOLERANCE_SECONDS) {
    throw new WebhookError(
      "timestamp_too_new",
      `it was sent ${-age} s ahead of this clock: at most ${TOLERANCE_SECONDS} s are taken`
    )
  }
}

const bytesIn = (body: string | Uint8Array | ArrayBuffer): Uint8Array => {
  if (typeof body === "string") return new TextEncoder().encode(body)
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  throw new TypeError("body must be the raw body, as text or bytes: what was parsed from it cannot be verified")
}

/** The text of the bytes; undefined where they are none in UTF-8. */
const textIn = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The fields by which everything else is found. The sender is known by now: the rest is as it says. */
const isEvent = (value: object | undefined): value is WebhookEvent => {
  const { data, id, specversion, time, type } = (value ?? {}) as Readonly<Record<string, unknown>>
  return specversion === "1.0" && typeof id === "string" && id !== "" && typeof type === "string" &&
    typeof time === "string" && isObject(data)
}

/**
 * The event that a request tells. Fails with a `WebhookError` that says which check failed, and with a `TypeError`
 * where an argument is wrong.
 *
 * - `secrets`: the secret of the endpoint, or two of them while it is changed over: one that matches is enough.
 * - `headers`: those of the request, in any form.
 * - `body`: the raw body, as it came: parsed and written again its signature does not match.
 */
export const verifyWebhook = async (
  secrets: string | ReadonlyArray<string>,
  headers: WebhookHeaders,
  body: string | Uint8Array | ArrayBuffer,
  { receivedAt = new Date() }: VerifyOptions = {}
): Promise<WebhookEvent> => {
  const keys = keysOf(secrets)
  const bytes = bytesIn(body)
  const signed = read(headers)
  checkTime(signed.timestamp, receivedAt)
  if (!await matches(keys, signed, bytes)) {
    throw new WebhookError("no_signature_matches", "no signature of the request is by a secret of this endpoint")
  }
  const text = textIn(bytes)
  const event = text === undefined ? undefined : readObject(text)
  if (!isEvent(event)) throw new WebhookError("not_an_event", "the body is no event of the engine")
  return event
}

/** Who may read `/metrics`: everybody, or whoever shows the token. */
import { Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"
import type { MetricsToken } from "../settings/MetricsToken.ts"

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** `WWW-Authenticate` of the answer to those who may not. */
export const CHALLENGE = "Bearer realm=\"metrics\""
/** What they are told. */
export const REFUSAL = { error: "The metrics need their token", code: "unauthenticated", retryable: false } as const

/**
 * Whether this header `Authorization` shows the token. Digests are compared, in constant time, so that an answer tells
 * neither the length of the token nor where a guess begins to be wrong.
 */
export const make = (token: MetricsToken): (authorization: string | undefined) => boolean => {
  if (token === undefined) return () => true
  const wanted = digest(Redacted.value(token))
  return (authorization = "") => {
    const [, given] = /^Bearer +([^ ]+)$/i.exec(authorization) ?? []
    return given !== undefined && timingSafeEqual(digest(given), wanted)
  }
}

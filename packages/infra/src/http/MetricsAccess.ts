/** Who may read `/metrics`: everybody, or whoever shows the token. */
import { createHash, timingSafeEqual } from "node:crypto"
import { type MetricsToken, tokensIn } from "../settings/MetricsToken.ts"

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** `WWW-Authenticate` of the answer to those who may not. */
export const CHALLENGE = "Bearer realm=\"metrics\""
/** What they are told. */
export const REFUSAL = { error: "The metrics need their token", code: "unauthenticated", retryable: false } as const

/**
 * Whether this header `Authorization` shows the token, or one of two. Digests are compared, in constant time, so that
 * an answer tells neither the length of the token nor where a guess begins to be wrong.
 */
export const make = (token: MetricsToken): (authorization: string | undefined) => boolean => {
  if (token === undefined) return () => true
  const wanted = tokensIn(token).map(digest)
  return (authorization = "") => {
    const [, given] = /^Bearer +([^ ]+)$/i.exec(authorization) ?? []
    if (given === undefined) return false
    const shown = digest(given)
    return wanted.some((one) => timingSafeEqual(shown, one))
  }
}

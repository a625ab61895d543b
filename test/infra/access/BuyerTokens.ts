/** Tokens as shops make them, good ones and others, and what an adapter of `Callers` says of them. */
import { Callers } from "@flash-sale/domain/ports/Callers"
import * as AccessCallers from "@flash-sale/infra/access/AccessCallers"
import type { BuyerTokenSettings } from "@flash-sale/infra/access/tokens/BuyerTokenConfig"
import { Context, Effect, Layer, Redacted } from "effect"
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose"

export const SECRET = "a secret of the shop, of 32 bytes or more"

/** 2026-11-29T12:00:00Z: the time of all tokens here. */
export const NOW = Date.UTC(2026, 10, 29, 12)
const NOW_SECONDS = NOW / 1_000

/** What a shop puts into a token, `exp` and `nbf` in seconds from `NOW`. */
export const claims = (rest: JWTPayload = {}, expiresIn = 600): JWTPayload => ({
  sub: "u-1",
  exp: NOW_SECONDS + expiresIn,
  ...rest
})

export const at = (seconds: number): number => NOW_SECONDS + seconds

type Key = CryptoKey | Uint8Array

export const sign = (
  payload: JWTPayload,
  key: Key = Buffer.from(SECRET),
  header: Readonly<Record<string, unknown>> = {}
): Promise<string> => new SignJWT(payload).setProtectedHeader({ alg: "HS256", ...header }).sign(key)

/** The same where the header or the claims are none that `SignJWT` would write: any text, signed by HS256. */
export const signText = async (header: string, payload: string, secret = SECRET): Promise<string> => {
  const { createHmac } = await import("node:crypto")
  const content = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`
}

export interface Pair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
}

/** A pair of keys, of which the public one is named in a set. */
export const pair = async (alg: string, kid?: string, rest: JWK = {}): Promise<Pair> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return {
    privateKey,
    publicKey,
    jwk: { ...await exportJWK(publicKey), ...(kid === undefined ? {} : { kid }), ...rest }
  }
}

export const settings = (rest: Partial<BuyerTokenSettings> = {}): BuyerTokenSettings => ({
  source: { _tag: "Secrets", secrets: [Redacted.make(SECRET)] },
  issuer: undefined,
  audience: undefined,
  ...rest
})

/** The adapter with these settings, for as long as the scope lives. */
export const callers = (options: Partial<AccessCallers.Options> = {}) =>
  Effect.map(
    Layer.build(AccessCallers.layer({ keysFile: undefined, buyerTokens: undefined, ...options })),
    Context.get(Callers)
  )

/** What a caller is told: who it is, or why it is nobody. */
export const ask = Effect.fnUntraced(function*(
  one: Callers["Service"],
  token: string
): Effect.fn.Return<unknown> {
  const identity = yield* one.identify(`Bearer ${token}`)
  switch (identity._tag) {
    case "Identified":
      return identity.caller._tag === "Buyer" ? [identity.caller.userId, identity.caller.itemId] : identity.caller
    case "Rejected":
      return identity.code === "unauthenticated" ? identity.why : identity.code
    case "CannotTell":
      return identity._tag
  }
})

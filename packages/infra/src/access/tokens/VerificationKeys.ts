/**
 * The keys under which the signature of a buyer's token may be good, by `jose`. Each kind of key has algorithms of its
 * own, so that nobody can have a public key used as the secret of HS256.
 */
import * as Json from "@flash-sale/domain/records/wire/Json"
import {
  createLocalJWKSet,
  type CryptoKey,
  errors,
  importJWK,
  type JWK,
  jwtVerify,
  type JWTVerifyOptions,
  type JWTVerifyResult
} from "jose"
import { webcrypto } from "node:crypto"

/** The most public keys of one set. */
export const MAX_JWKS_KEYS = 32
/** The shortest modulus of RS256 (RFC 7518, 3.3), in bits. */
const MIN_RSA_BITS = 2048

const PUBLIC_ALGORITHMS = ["EdDSA", "ES256", "RS256"]

export interface VerificationKeys {
  /** The token's claims, where its signature is good and they are as the options ask. Rejects with errors of `jose`. */
  readonly verify: (token: string, options: JWTVerifyOptions) => Promise<JWTVerifyResult>
}

/** The token under the first of these keys that its signature fits. */
const firstFitting = async (
  keys: Iterable<CryptoKey> | AsyncIterable<CryptoKey>,
  token: string,
  options: JWTVerifyOptions
): Promise<JWTVerifyResult> => {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options)
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

/** Secrets that the shop shares with the engine: HS256, and nothing else. */
export const ofSecrets = async (secrets: ReadonlyArray<string>): Promise<VerificationKeys> => {
  const keys = await Promise.all(
    secrets.map((secret) =>
      webcrypto.subtle.importKey("raw", Buffer.from(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"])
    )
  )
  return { verify: (token, options) => firstFitting(keys, token, { ...options, algorithms: ["HS256"] }) }
}

/** What one set verifies by: several keys fit a token that names none of them. */
const ofJwks = (keys: ReadonlyArray<JWK>): VerificationKeys => {
  const set = createLocalJWKSet({ keys: [...keys] })
  return {
    verify: async (token, given) => {
      const options = { ...given, algorithms: PUBLIC_ALGORITHMS }
      try {
        return await jwtVerify(token, set, options)
      } catch (error) {
        if (error instanceof errors.JWKSMultipleMatchingKeys) return await firstFitting(error, token, options)
        throw error
      }
    }
  }
}

/** The algorithms of the curves that are taken. */
const OF_CURVES: ReadonlyMap<string | undefined, string> = new Map([["Ed25519", "EdDSA"], ["P-256", "ES256"]])

/** The algorithm that a public key is for; undefined where it is none of ours. */
const algorithmOf = ({ alg, crv, key_ops, kty, use }: JWK): string | undefined => {
  if ((use ?? "sig") !== "sig" || key_ops?.includes("verify") === false) return undefined
  const algorithm = kty === "RSA" ? "RS256" : OF_CURVES.get(crv)
  return algorithm === (alg ?? algorithm) ? algorithm : undefined
}

/** What is wrong with a public key that is for this algorithm, or undefined. */
const wrongKey = async (key: JWK, algorithm: string): Promise<string | undefined> => {
  try {
    const imported = await importJWK(key, algorithm)
    const bits = "algorithm" in imported && "modulusLength" in imported.algorithm && imported.algorithm.modulusLength
    return typeof bits === "number" && bits < MIN_RSA_BITS ? `has ${bits} bits of at least ${MIN_RSA_BITS}` : undefined
  } catch {
    // What Node and jose say of a key may show parts of it.
    return `is no key for ${algorithm}`
  }
}

const isText = (value: unknown): value is string => typeof value === "string"
/** Parameters of a key that are read here, or by `jose` when a token names the key (RFC 7517, 4). */
const TEXTS = ["use", "alg", "kid", "crv"] as const

/** What is wrong with the types of a key's parameters, or undefined. */
const wrongShape = (key: Readonly<Record<string, unknown>>): string | undefined => {
  const wrong = TEXTS.find((name) => key[name] !== undefined && !isText(key[name]))
  if (wrong !== undefined) return `${wrong} is no text`
  const { key_ops: operations } = key
  return operations === undefined || (Array.isArray(operations) && operations.every(isText))
    ? undefined
    : "key_ops is no list of texts"
}

const isJwk = (value: unknown): value is JWK => Json.isObject(value) && isText(value["kty"])
const isSecret = (key: JWK): boolean => ["d", "k", "p", "priv"].some((part) => Object.hasOwn(key, part))

/** The public keys of a JSON Web Key Set, or what is wrong with it. Keys for other algorithms and uses are left out. */
export const parseJwks = async (text: string): Promise<VerificationKeys | string> => {
  const value = Json.parse(text)
  if (!Json.isObject(value) || !Array.isArray(value["keys"])) return "holds no JSON Web Key Set"
  const keys: ReadonlyArray<unknown> = value["keys"]
  if (keys.length > MAX_JWKS_KEYS) return `holds more than ${MAX_JWKS_KEYS} keys`
  const usable: Array<JWK> = []
  for (const [index, key] of keys.entries()) {
    if (!isJwk(key)) return `key ${index + 1} is no JSON Web Key`
    if (isSecret(key)) return `key ${index + 1} is private or a secret: only public keys belong there`
    const shape = wrongShape(key)
    if (shape !== undefined) return `key ${index + 1}: ${shape}`
    const algorithm = algorithmOf(key)
    if (algorithm === undefined) continue
    const wrong = await wrongKey(key, algorithm)
    if (wrong !== undefined) return `key ${index + 1} ${wrong}`
    usable.push(key)
  }
  return usable.length === 0 ? `holds no key for ${PUBLIC_ALGORITHMS.join(", ")}` : ofJwks(usable)
}

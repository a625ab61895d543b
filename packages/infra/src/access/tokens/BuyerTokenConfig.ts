/** The environment variables of buyers' tokens: by what they are verified, and whose they must be. */
import { Config, Redacted } from "effect"
import * as Kind from "../../settings/Kind.ts"
import * as Variable from "../../settings/Variable.ts"

/** The shortest secret, in bytes: as many as the digest of HS256 has (RFC 7518, 3.2). */
export const MIN_SECRET_BYTES = 32
/** The most secrets of one file: the new one and the one before. */
export const MAX_SECRETS = 2
/** The longest issuer and audience, in characters. */
const MAX_TEXT = 500

/**
 * By what tokens are verified.
 *
 * - `Secrets`: HS256, under one of these; the bytes of their texts are the keys.
 * - `JwksUrl`, `JwksFile`: EdDSA, ES256 or RS256, under one of the public keys there.
 */
export type TokenSource =
  | { readonly _tag: "Secrets"; readonly secrets: ReadonlyArray<Redacted.Redacted<string>> }
  | { readonly _tag: "JwksUrl"; readonly url: URL }
  | { readonly _tag: "JwksFile"; readonly path: string }

export interface BuyerTokenSettings {
  readonly source: TokenSource
  /** Who must have made a token, its `iss`; anybody with the key where it is undefined. */
  readonly issuer: string | undefined
  /** Whom a token must be for, among its `aud`; anybody where it is undefined. */
  readonly audience: string | undefined
}

interface Given {
  readonly secret: Redacted.Redacted<string> | undefined
  readonly secretFile: string | undefined
  readonly jwksUrl: URL | undefined
  readonly jwksFile: string | undefined
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

const text: Kind.Kind<string> = {
  expects: `a text of 1 to ${MAX_TEXT} characters without control characters`,
  read: (given) => given.length <= MAX_TEXT && !/\p{Cc}/u.test(given) ? given : undefined
}

const nameOfSecret = ({ secretFile }: Given): string =>
  secretFile === undefined ? "BUYER_TOKEN_SECRET" : "BUYER_TOKEN_SECRET_FILE"

/** One on each line; lines that are empty count for nothing. */
const secretsIn = (given: string): ReadonlyArray<string> => given.split(/\r?\n/).filter((line) => line !== "")

const wrongSecret = (given: string): string | undefined => {
  const secrets = secretsIn(given)
  if (secrets.length === 0) return "holds no secret"
  if (secrets.length > MAX_SECRETS) return `holds more than ${MAX_SECRETS} lines, the new secret and the one before`
  if (secrets.some((secret) => secret !== secret.trim())) return "holds a line that begins or ends with a space"
  return secrets.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES)
    ? `holds a secret of less than ${MIN_SECRET_BYTES} bytes`
    : undefined
}

/** Plain HTTP only to this machine: who can change the keys under way makes tokens for every buyer. */
const isSafe = ({ hostname, protocol }: URL): boolean =>
  protocol === "https:" || /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(hostname)

const wrongUrl = (url: URL): string | undefined => {
  if ((url.username + url.password + url.hash) !== "") return "takes no user, password or fragment"
  return isSafe(url) ? undefined : "must be https:, or http: on this machine"
}

const rule = (given: Given): string | undefined => {
  const { audience, issuer, jwksFile, jwksUrl, secret } = given
  const sources = [
    ...(secret === undefined ? [] : [nameOfSecret(given)]),
    ...(jwksUrl === undefined ? [] : ["BUYER_TOKEN_JWKS_URL"]),
    ...(jwksFile === undefined ? [] : ["BUYER_TOKEN_JWKS_FILE"])
  ]
  if (sources.length > 1) return `${sources.join(", ")}: only one of these may be given`
  const limits = [
    ...(issuer === undefined ? [] : ["BUYER_TOKEN_ISSUER"]),
    ...(audience === undefined ? [] : ["BUYER_TOKEN_AUDIENCE"])
  ]
  if (sources.length === 0 && limits.length > 0) {
    return `${limits.join(", ")}: given, and no BUYER_TOKEN_SECRET, BUYER_TOKEN_JWKS_URL or BUYER_TOKEN_JWKS_FILE`
  }
  const wrong = secret === undefined ? undefined : wrongSecret(Redacted.value(secret))
  if (wrong !== undefined) return `${nameOfSecret(given)}: ${wrong}`
  const unsafe = jwksUrl === undefined ? undefined : wrongUrl(jwksUrl)
  return unsafe === undefined ? undefined : `BUYER_TOKEN_JWKS_URL: ${unsafe}`
}

const sourceOf = ({ jwksFile, jwksUrl, secret }: Given): TokenSource | undefined => {
  if (secret !== undefined) {
    const secrets = secretsIn(Redacted.value(secret)).map((one) => Redacted.make(one))
    return { _tag: "Secrets", secrets }
  }
  if (jwksUrl !== undefined) return { _tag: "JwksUrl", url: jwksUrl }
  return jwksFile === undefined ? undefined : { _tag: "JwksFile", path: jwksFile }
}

/** Undefined where no tokens are taken. */
export const config: Config.Config<BuyerTokenSettings | undefined> = Variable.check(
  Variable.group({
    secret: Variable.secret("BUYER_TOKEN_SECRET"),
    secretFile: Variable.make<string | undefined>("BUYER_TOKEN_SECRET_FILE", Kind.path, undefined),
    jwksUrl: Variable.make<URL | undefined>("BUYER_TOKEN_JWKS_URL", Kind.url, undefined),
    jwksFile: Variable.make<string | undefined>("BUYER_TOKEN_JWKS_FILE", Kind.path, undefined),
    issuer: Variable.make<string | undefined>("BUYER_TOKEN_ISSUER", text, undefined),
    audience: Variable.make<string | undefined>("BUYER_TOKEN_AUDIENCE", text, undefined)
  }),
  rule
).pipe(Config.map((given) => {
  const source = sourceOf(given)
  return source === undefined ? undefined : { source, issuer: given.issuer, audience: given.audience }
}))

/** The secrets by which webhooks are signed: `whsec_` and base64, as Standard Webhooks has them. */

const PREFIX = "whsec_"
/** The fewest bytes of a secret. */
const MIN_BYTES = 24
/** The most bytes of a secret. */
const MAX_BYTES = 64
/** The most secrets that count at once: the old one and the new one, while they are changed over. */
const MAX_SECRETS = 2

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The bytes of a base64 text; undefined where it is none. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | undefined =>
  BASE64.test(base64) ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) : undefined

const keyOf = (secret: unknown, name: string): Uint8Array<ArrayBuffer> => {
  const isNamed = typeof secret === "string" && secret.startsWith(PREFIX)
  const bytes = isNamed ? bytesOf(secret.slice(PREFIX.length)) : undefined
  if (bytes === undefined || bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
    throw new TypeError(`${name} must be ${PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes`)
  }
  return bytes
}

/** The keys of one or two secrets. Throws a `TypeError` that names the one that is wrong, and never shows it. */
export const keysOf = (secrets: string | ReadonlyArray<string>): ReadonlyArray<Uint8Array<ArrayBuffer>> => {
  if (!Array.isArray(secrets)) return [keyOf(secrets, "secrets")]
  if (secrets.length === 0 || secrets.length > MAX_SECRETS) {
    throw new TypeError(`secrets must be one secret or a list of 1 to ${MAX_SECRETS}`)
  }
  return secrets.map((secret, at) => keyOf(secret, `secrets[${at}]`))
}

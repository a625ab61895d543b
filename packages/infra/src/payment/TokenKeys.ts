/**
 * The keys of payment tokens, as a file holds them: a line for each, its id and 64 hexadecimal digits. The first one
 * encrypts, all decrypt. docs/payments.md, decision 0037.
 *
 * **Details**: a key that was destroyed leaves its line, with `erased` in the place of the digits. Its tokens are known
 * to be gone then, where those under an id that no line has may only be newer than the file.
 */
import { createSecretKey, type KeyObject } from "node:crypto"

/** The most keys of one file. */
export const MAX_KEYS = 64
/** Bytes of a key: AES-256. */
export const KEY_BYTES = 32
const ERASED = "erased"

const KEY_ID = /^[a-zA-Z0-9_-]{1,32}$/
const KEY_DIGITS = /^[0-9a-fA-F]{64}$/

export interface TokenKey {
  readonly id: string
  /** Never shown: a `KeyObject` prints nothing of what it holds. */
  readonly key: KeyObject
}

export interface TokenKeys {
  /** The key that encrypts. */
  readonly current: TokenKey
  /** All keys by their ids. */
  readonly known: ReadonlyMap<string, KeyObject | typeof ERASED>
}

/** The line of a key. */
export const line = (id: string, key: Uint8Array): string => `${id} ${Buffer.from(key).toString("hex")}\n`

/** The key of a line, or what is wrong with it. */
const readLine = (text: string): readonly [id: string, key: KeyObject | typeof ERASED] | string => {
  const [id = "", value = "", ...rest] = text.split(/\s+/)
  if (!KEY_ID.test(id)) return "begins with no id of 1 to 32 letters, digits, '_' and '-'"
  if (rest.length > 0) return "holds more than an id and a key"
  if (value === ERASED) return [id, ERASED]
  return KEY_DIGITS.test(value)
    ? [id, createSecretKey(Buffer.from(value, "hex"))]
    : `holds no key of ${KEY_BYTES * 2} hexadecimal digits`
}

/** The keys of a file's text, or what is wrong with it in words that show none of them. */
export const parse = (text: string): TokenKeys | string => {
  const known = new Map<string, KeyObject | typeof ERASED>()
  for (const [index, raw] of text.split("\n").entries()) {
    const given = raw.trim()
    if (given === "" || given.startsWith("#")) continue
    const read = readLine(given)
    if (typeof read === "string") return `line ${index + 1} ${read}`
    const [id, key] = read
    if (known.has(id)) return `line ${index + 1} has the id of a line above it`
    known.set(id, key)
    if (known.size > MAX_KEYS) return `holds more than ${MAX_KEYS} keys`
  }
  const [first] = known
  if (first === undefined) return "holds no key"
  const [id, key] = first
  return key === ERASED ? "the first key encrypts, and it is erased" : { current: { id, key }, known }
}

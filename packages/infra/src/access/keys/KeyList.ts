/** The api keys of a file: how it is written, and which content is refused. Pure. Decision 0039. */
import { type KeyInfo, KeyName } from "@flash-sale/domain/access/ApiKey"
import { Scope } from "@flash-sale/domain/access/Scope"
import { DateTime, Option, Schema } from "effect"
import * as ListFile from "../../watch/ListFile.ts"

/** The most keys of one file. Twice as many still fit into the longest file that is read. */
export const MAX_KEYS = 100

const Hash = Schema.String.check(
  Schema.isPattern(/^sha256:[0-9a-f]{64}$/, { message: "must be sha256: and 64 hexadecimal digits in small letters" })
)

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

const Expiry = Schema.String.check(
  Schema.makeFilter(
    (text: string) => INSTANT.test(text) && Option.isSome(DateTime.make(text)),
    { message: "must be a time with its zone, such as 2026-11-27T10:00:00Z" }
  )
)

/**
 * One api key as it is stored.
 *
 * - `name`: who or what uses it.
 * - `hash`: the SHA-256 of the whole key, as `sha256:` and 64 hexadecimal digits. The key itself is nowhere.
 * - `scopes`: what it may do.
 * - `expires_at`: from then on it is rejected; never where it is absent.
 */
const StoredKey = Schema.Struct({
  name: KeyName,
  hash: Hash,
  scopes: Schema.Array(Scope).check(Schema.isMinLength(1, { message: "must name a scope" })),
  expires_at: Schema.optionalKey(Expiry)
})
export type StoredKey = typeof StoredKey.Type

/** The keys of a file. */
export type KeyList = ReadonlyArray<StoredKey>

/** The keys of a file's text, or what is wrong with it in words that show no value. */
export const parse: (text: string) => KeyList | string = ListFile.reader({
  entry: "key",
  anEntry: "a key",
  entries: "keys",
  most: MAX_KEYS,
  schema: StoredKey
})

/** The text of a file with these keys: a key on a line, so that a difference shows. */
export const write = (keys: KeyList): string =>
  keys.length === 0 ? "[]\n" : `[\n${keys.map((key) => `  ${JSON.stringify(key)}`).join(",\n")}\n]\n`

/** When a key expires, in milliseconds since 1970 (UTC). */
export const expiresAt = ({ expires_at }: StoredKey): number =>
  expires_at === undefined ? Number.POSITIVE_INFINITY : DateTime.toEpochMillis(DateTime.makeUnsafe(expires_at))

/** What anybody may know of a key. */
export const infoOf = (key: StoredKey): KeyInfo => ({ name: key.name, scopes: key.scopes, expiresAt: expiresAt(key) })

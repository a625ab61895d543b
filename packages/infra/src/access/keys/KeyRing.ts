/**
 * Checks api keys against the hashes of a file. Decision 0039.
 *
 * **Details**: a key has 190 random bits, so its SHA-256 needs neither salt nor a slow function. Hashes are compared in
 * constant time, and a name that nobody has is hashed and compared as well, so that it takes as long as any other.
 */
import * as ApiKey from "@flash-sale/domain/access/ApiKey"
import type { Caller } from "@flash-sale/domain/access/Caller"
import { hash, timingSafeEqual } from "node:crypto"
import * as KeyList from "./KeyList.ts"

const PREFIX = "sha256:"

/** What a text proves as an api key: whose it is, and until when (milliseconds since 1970, UTC). */
export type Checked =
  | { readonly _tag: "Known"; readonly caller: Caller; readonly until: number }
  | { readonly _tag: "Expired" }
  | { readonly _tag: "Unknown" }

export interface KeyRing {
  /** The keys in their order, with those that have expired. */
  readonly infos: ReadonlyArray<ApiKey.KeyInfo>
  /** `now` is in milliseconds since 1970 (UTC). */
  readonly check: (text: string, now: number) => Checked
}

interface Known {
  readonly digest: Buffer
  readonly found: Extract<Checked, { readonly _tag: "Known" }>
}

/** The hash of a key as a file has it. */
export const hashOf = (key: string): string => PREFIX + hash("sha256", key, "hex")

/** No text has it as its hash that anybody could find. */
const NOBODYS = Buffer.alloc(32)

const unknown: Checked = { _tag: "Unknown" }
const expired: Checked = { _tag: "Expired" }

const knownOf = (key: KeyList.StoredKey): Known => ({
  digest: Buffer.from(key.hash.slice(PREFIX.length), "hex"),
  found: {
    _tag: "Known",
    caller: { _tag: "Key", name: key.name, scopes: key.scopes },
    until: KeyList.expiresAt(key)
  }
})

export const make = (keys: KeyList.KeyList): KeyRing => {
  const byName = new Map<string, Known>(keys.map((key) => [key.name, knownOf(key)]))
  return {
    infos: keys.map(KeyList.infoOf),
    check: (text, now) => {
      const name = ApiKey.nameIn(text)
      if (name === undefined) return unknown
      const known = byName.get(name)
      const isSame = timingSafeEqual(hash("sha256", text, "buffer"), known?.digest ?? NOBODYS)
      if (known === undefined || !isSame) return unknown
      return now < known.found.until ? known.found : expired
    }
  }
}

/** Knows no key. */
export const empty: KeyRing = make([])

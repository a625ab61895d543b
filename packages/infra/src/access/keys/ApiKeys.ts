/** What operators do with api keys: make one, look at them, take one away. */
import * as ApiKey from "@flash-sale/domain/access/ApiKey"
import type { Scope } from "@flash-sale/domain/access/Scope"
import * as Moment from "@flash-sale/domain/records/Moment"
import { Effect } from "effect"
import { randomInt } from "node:crypto"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import type { CannotUseFile } from "../../watch/WatchedFile.ts"
import * as KeyFileChange from "./KeyFileChange.ts"
import * as KeyList from "./KeyList.ts"
import * as KeyRing from "./KeyRing.ts"

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const freshSecret = (): string =>
  Array.from({ length: ApiKey.SECRET_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("")

export interface NewKey {
  readonly name: ApiKey.KeyName
  readonly scopes: ReadonlyArray<Scope>
  /** In milliseconds since 1970 (UTC); never where it is undefined. */
  readonly expiresAt: number | undefined
}

const storedOf = ({ expiresAt, name, scopes }: NewKey, key: string): KeyList.StoredKey => ({
  name,
  hash: KeyRing.hashOf(key),
  scopes: [...new Set(scopes)],
  ...(expiresAt === undefined ? {} : { expires_at: Moment.isoOf(expiresAt) })
})

export type Failure = CannotUseFile | KeyFileChange.KeysNotChanged

/** Adds the key that is wanted, unless `refuse` says why not. `keep` gets the key before its hash is in the file. */
const add = (
  wanted: NewKey,
  path: string,
  refuse: (keys: KeyList.KeyList | undefined) => string | undefined,
  keep: (key: string) => void = () => {}
): Effect.Effect<string, Failure> =>
  Effect.suspend(() => {
    const key = ApiKey.write(wanted.name, freshSecret())
    const added = KeyFileChange.update(path, (keys) => {
      const refused = refuse(keys)
      if (refused !== undefined) return refused
      keep(key)
      return [...keys ?? [], storedOf(wanted, key)]
    })
    return Effect.as(added, key)
  })

/** A new key in the file at this path, which is made where there is none. Nobody can tell the key again. */
export const create = (path: string, wanted: NewKey): Effect.Effect<string, Failure> =>
  add(wanted, path, (keys = []) => {
    if (keys.some(({ name }) => name === wanted.name)) {
      return `there is a key ${wanted.name} in ${path}: take another name, or revoke it first`
    }
    return keys.length < KeyList.MAX_KEYS ? undefined : `${path} holds ${keys.length} keys already, which is the most`
  })

/**
 * A new key in a file that this makes; undefined where there is one. Where `keepIn` names a file the key is in it, for
 * its owner alone, before it can be used.
 */
export const createFirst = (
  path: string,
  wanted: NewKey,
  keepIn: string | undefined
): Effect.Effect<string | undefined, CannotUseFile> =>
  add(
    wanted,
    path,
    (keys) => keys === undefined ? undefined : `${path} is there already`,
    (key) => keepIn === undefined ? undefined : KeyFileChange.replace(keepIn, `${key}\n`, PrivateFiles.FILE_MODE)
  ).pipe(Effect.catchTag("KeysNotChanged", () => Effect.undefined))

/** The keys of the file, in its order; undefined where there is no file. */
export const list = (path: string): Effect.Effect<ReadonlyArray<ApiKey.KeyInfo> | undefined, CannotUseFile> =>
  Effect.map(
    KeyFileChange.read(path),
    (keys) => keys?.map(KeyList.infoOf)
  )

/** Takes a key away. Services that run reject it within a second. */
export const revoke = (path: string, name: ApiKey.KeyName): Effect.Effect<void, Failure> =>
  KeyFileChange.update(path, (keys = []) =>
    keys.some((key) => key.name === name)
      ? keys.filter((key) => key.name !== name)
      : `there is no key ${name} in ${path}`)

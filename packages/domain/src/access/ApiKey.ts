/**
 * How an api key is written: `fs_<name>_<secret>`. The shape is one that scanners for leaked secrets can know, and the
 * name says whose key it was. Nothing of it but a hash is ever stored.
 */
import { Schema } from "effect"
import type { Scope } from "./Scope.ts"

/** The name of a key: who or what uses it. */
export const KeyName = Schema.String.check(
  Schema.isPattern(/^[a-z0-9-]{1,40}$/, { message: "must be 1 to 40 characters out of small letters, digits and '-'" })
).pipe(Schema.brand("KeyName"))
export type KeyName = typeof KeyName.Type

/** A key without its secret and its hash. */
export interface KeyInfo {
  readonly name: KeyName
  readonly scopes: ReadonlyArray<Scope>
  /** In milliseconds since 1970 (UTC); infinite where it never expires. */
  readonly expiresAt: number
}

/** How many characters the secret has, each out of 62: 190 bits. */
export const SECRET_LENGTH = 32

const API_KEY = /^fs_([a-z0-9-]{1,40})_[0-9A-Za-z]{32}$/

/** Writes a key. `secret` has `SECRET_LENGTH` letters and digits. */
export const write = (name: KeyName, secret: string): string => `fs_${name}_${secret}`

/** The name in a text that has the shape of a key; undefined where it has not. */
export const nameIn = (text: string): KeyName | undefined => {
  const name = API_KEY.exec(text)?.[1]
  return name === undefined ? undefined : KeyName.make(name)
}

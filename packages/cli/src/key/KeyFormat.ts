/** Api keys as they are printed: what they may do and until when, never a hash. */
import type * as Infra from "@flash-sale/infra/Infra"
import * as KeyState from "@flash-sale/operations/doctor/keys/KeyState"
import * as Table from "../terminal/Table.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"

const WORDS = { ok: "", soon: "  expires soon", expired: "  EXPIRED" }

export const expiry = ({ expiresAt }: Infra.KeyInfo): string =>
  Number.isFinite(expiresAt) ? `until ${TimeArgument.show(expiresAt)}` : "for ever"

/** For a program. */
export const fields = ({ expiresAt, name, scopes }: Infra.KeyInfo) => ({
  name,
  scopes,
  ...(Number.isFinite(expiresAt) ? { expires_at: TimeArgument.show(expiresAt) } : {})
})

/** A key on a line, as an object. `now` is in milliseconds since 1970 (UTC). */
export const jsonLine = (key: Infra.KeyInfo, now: number): string =>
  JSON.stringify({ ...fields(key), state: KeyState.of(key.expiresAt, now) })

export const table = (keys: ReadonlyArray<Infra.KeyInfo>, now: number): string =>
  Table.lines(keys.map((key) => [key.name, key.scopes.join(","), expiry(key) + WORDS[KeyState.of(key.expiresAt, now)]]))

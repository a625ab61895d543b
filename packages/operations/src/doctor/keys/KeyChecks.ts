/** Judges the file of the api keys. Pure. */
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type * as Infra from "@flash-sale/infra/Infra"
import type { Finding } from "../Check.ts"
import * as Check from "../Check.ts"
import * as KeyState from "./KeyState.ts"

/** Keys that one line names. */
const NAMED = 5

export interface KeyFacts {
  /** Where the file is, or would be; undefined where nothing names it. */
  readonly path: string | undefined
  /** The keys; undefined where there is no file; why not, where it cannot be used. */
  readonly keys: Looked.Looked<ReadonlyArray<Infra.KeyInfo> | undefined>
  /** In milliseconds since 1970 (UTC). */
  readonly now: number
  /** Whether nobody orders without a key or a token. */
  readonly isRequired: boolean
}

const CREATE = "flash-sale key create --name shop --scopes orders makes one"

const none = ({ isRequired, path }: KeyFacts): Finding => {
  const detail = path === undefined ? "none is named: nobody has an api key" : `there is no ${path} yet`
  const mend = path === undefined ? "name it by API_KEYS_FILE, or its folder by DATA_DIR" : CREATE
  return isRequired ? Check.warning("keys.file", detail, mend) : Check.ok("keys.file", detail)
}

const file = (facts: KeyFacts): Finding => {
  const { keys, path } = facts
  if ("why" in keys && path === undefined) return Check.notLookedAt("keys.file", keys.why)
  if ("why" in keys) {
    return Check.wrong(
      "keys.file",
      keys.why,
      "chmod 0600 and the engine's user as its owner; or write it anew: " + CREATE
    )
  }
  if (keys.found === undefined) return none(facts)
  const { length } = keys.found
  return length === 0
    ? Check.warning("keys.file", `${path} has no key`, CREATE)
    : Check.ok("keys.file", `${Check.count(length, "key")} in ${path}`)
}

/** `old (until 2026-11-29), …`, the first to expire first. */
const named = (keys: ReadonlyArray<Infra.KeyInfo>): string =>
  keys.toSorted((a, b) => a.expiresAt - b.expiresAt).slice(0, NAMED)
    .map(({ expiresAt, name }) => `${name} (until ${new Date(expiresAt).toISOString().slice(0, 10)})`)
    .join(", ") + (keys.length > NAMED ? ", …" : "")

const expiry = ({ keys, now }: KeyFacts): Finding => {
  if ("why" in keys) return Check.notLookedAt("keys.expiry", "the file of the keys cannot be used")
  const all = keys.found ?? []
  if (all.length === 0) return Check.notLookedAt("keys.expiry", "there are no keys")
  const those = (state: KeyState.KeyState) => all.filter(({ expiresAt }) => KeyState.of(expiresAt, now) === state)
  const [expired, soon] = [those("expired"), those("soon")]
  if (expired.length + soon.length === 0) return Check.ok("keys.expiry", "none within 14 days")
  return Check.warning(
    "keys.expiry",
    [
      ...(expired.length === 0 ? [] : [`expired: ${named(expired)}`]),
      ...(soon.length === 0 ? [] : [`soon: ${named(soon)}`])
    ].join("; "),
    "flash-sale key create under another name, then give it to who uses the old one, and flash-sale key revoke"
  )
}

/** All findings on the keys. */
export const judge = (facts: KeyFacts): ReadonlyArray<Finding> => [file(facts), expiry(facts)]

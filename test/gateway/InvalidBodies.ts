/** Bodies that no honest client would send, out of a seed. */

/** Marsaglia's xorshift: the same seed, the same bodies. */
export const chance = (seed: number) => {
  let state = seed | 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  const pick = <A>(values: ReadonlyArray<A>): A => values[below(values.length)]!
  return { next, below, pick }
}
export type Chance = ReturnType<typeof chance>

const ODD_TEXTS = [
  "",
  " ",
  "\0",
  "\n",
  "‮",
  "﻿",
  "ẞ",
  "𝄞",
  "\\ud800",
  "__proto__",
  "constructor",
  "order_status:x",
  "inventory:101",
  "{inventory:101}:meta",
  "*",
  "'; DROP TABLE orders; --",
  "${7*7}",
  "../../etc/passwd",
  "\r\nX-Injected: yes",
  "101"
]
const ODD_NUMBERS = [
  "0",
  "-0",
  "1",
  "1.5",
  "-1",
  "1e3",
  "1e999",
  "-1e999",
  "1e-999",
  "9007199254740993",
  "0x1",
  "01",
  "NaN"
]
const FIELDS = ["request_id", "user_id", "item_id", "amount", "payment_token", "__proto__", "toString", "x"]

const text = ({ below, pick }: Chance): string =>
  below(3) === 0
    ? String.fromCharCode(...Array.from({ length: below(12) }, () => below(0x10000)))
    : pick(ODD_TEXTS).repeat(below(8) === 0 ? 50 : 1)

/** Any JSON, or what is nearly one. */
const value = (chance: Chance, depth: number): string => {
  switch (chance.below(depth > 4 ? 5 : 7)) {
    case 0:
      return JSON.stringify(text(chance))
    case 1:
      return chance.pick(ODD_NUMBERS)
    case 2:
      return chance.pick(["null", "true", "false"])
    case 3:
      return JSON.stringify(chance.pick(ODD_TEXTS))
    case 4:
      return String(chance.below(2_000))
    case 5:
      return `[${Array.from({ length: chance.below(4) }, () => value(chance, depth + 1)).join(",")}]`
    default:
      return `{${
        Array.from({ length: chance.below(4) }, () => `${JSON.stringify(text(chance))}:${value(chance, depth + 1)}`)
          .join(",")
      }}`
  }
}

const honest = (n: number) => ({ request_id: `fuzz-${n}`, user_id: `u-${n}`, item_id: "101", amount: 1 })

/** An order of which some fields are something else, twice there, or not at all. */
const nearly = (chance: Chance, n: number): string => {
  const fields = Object.entries(honest(n)).flatMap(([name, given]) => {
    switch (chance.below(6)) {
      case 0:
        return []
      case 1:
        return [`"${name}":${value(chance, 0)}`]
      case 2:
        return [`"${name}":${value(chance, 0)}`, `"${name}":${JSON.stringify(given)}`]
      default:
        return [`"${name}":${JSON.stringify(given)}`]
    }
  })
  if (chance.below(2) === 0) fields.push(`"${chance.pick(FIELDS)}":${value(chance, 0)}`)
  return `{${fields.join(",")}}`
}

const broken = (chance: Chance, n: number): Uint8Array<ArrayBuffer> => {
  const bytes = new TextEncoder().encode(nearly(chance, n))
  for (let times = chance.below(4); times >= 0; times--) bytes[chance.below(bytes.length)] = chance.below(256)
  return bytes.slice(0, chance.below(4) === 0 ? chance.below(bytes.length) : bytes.length)
}

const deep = ({ below, pick }: Chance): string => {
  const [open, close] = pick([["[", "]"], ["{\"a\":", "}"]] as const)
  const levels = below(3_000)
  return `${open.repeat(levels)}1${below(2) === 0 ? close.repeat(levels) : ""}`
}

/** The `n`-th body. */
export const body = (chance: Chance, n: number): string | Uint8Array<ArrayBuffer> => {
  switch (chance.below(8)) {
    case 0:
      return Uint8Array.from({ length: chance.below(400) }, () => chance.below(256))
    case 1:
      return value(chance, 0)
    case 2:
      return deep(chance)
    case 3:
      return JSON.stringify({ ...honest(n), padding: "x".repeat(chance.below(20_000)) })
    case 4:
      return broken(chance, n)
    default:
      return nearly(chance, n)
  }
}

/** Declared as what it is, or as something else. */
export const contentType = ({ below, pick }: Chance): string | undefined =>
  below(4) > 0
    ? "application/json"
    : pick([
      undefined,
      "application/json; charset=utf-8",
      "application/json;",
      "APPLICATION/JSON",
      "application/jsonx",
      "text/json",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "*/*",
      "/",
      ";"
    ])

const ODD_PATHS = [
  "%",
  "%00",
  "%2F",
  "..",
  ".",
  "%E0%A4",
  "a%20b",
  "{id}",
  "*",
  "101",
  "fuzz-1",
  "%F0%9D%84%9E",
  "~",
  "'"
]

/** A path, which is mostly unknown. */
export const path = ({ below, pick }: Chance): string =>
  `/${pick(["orders", "items", "orders", "items", "buy", "health", ""])}/${pick(ODD_PATHS).repeat(below(3))}${
    pick(["", "", "/", "?", "?a=b&a", "/events?x", "//"])
  }`.replace("/events?x", "?x")

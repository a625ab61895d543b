/** What a script needs of Redis, read from its text: the families of its keys in the header, its commands below. */
import { FAMILIES, type KeyFamily, TEMPLATES } from "./KeyFamilies.ts"

export interface ScriptNeeds {
  readonly families: ReadonlyArray<KeyFamily>
  readonly commands: ReadonlyArray<string>
}

/** The part of the header that lists the keys. */
const KEYS_LISTED = /^-- KEYS[\s\S]*?(?=^-- (?:ARGV|Returns)|^[^-])/m
/** A command is the first text that `redis.call` is given, or a function that hands it on: `writeAll('HSET', ...)`. */
const COMMAND = /\b[\w.]+\(\s*'([A-Z]+)'/g

const wordsOf = (text: string): ReadonlyArray<string> => text.split(/[\s,;]+/).map((word) => word.replace(/[:.]+$/, ""))

/** The words of the header's list that look like keys. */
export const keysListed = (text: string): ReadonlyArray<string> => {
  const words = wordsOf(KEYS_LISTED.exec(text)?.[0] ?? "")
  const plain: ReadonlyArray<string> = Object.values(TEMPLATES)
  return words.filter((word) => /<\w+>/.test(word) || plain.includes(word))
}

/** `text` is the script with the pieces that it includes. */
export const of = (text: string): ScriptNeeds => {
  const listed = keysListed(text)
  const code = text.replaceAll(/--[^\n]*/g, "")
  return {
    families: FAMILIES.filter((family) => listed.includes(TEMPLATES[family])),
    commands: [...new Set(Array.from(code.matchAll(COMMAND), ([, command]) => command!))].toSorted()
  }
}

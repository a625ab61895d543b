/** What is read from the scripts of Redis can be read: every key and every command. */
import { TEMPLATES } from "../../packages/infra/src/redis/rights/KeyFamilies.ts"
import * as ScriptNeeds from "../../packages/infra/src/redis/rights/ScriptNeeds.ts"
import type { TextOf } from "../../packages/infra/src/redis/rights/UserRights.ts"
import { lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"

/** Nothing of the engine's has a use for them: each can lose more than one item's orders, or says too much. */
const NEVER = [
  "FLUSHALL",
  "FLUSHDB",
  "SWAPDB",
  "KEYS",
  "DEBUG",
  "CONFIG",
  "SHUTDOWN",
  "REPLICAOF",
  "SLAVEOF",
  "ACL",
  "MODULE",
  "MONITOR",
  "MIGRATE",
  "RESTORE",
  "SORT"
]
/** How a function names what it hands on to `redis.call`: its callers give the command as a text. */
const HANDED_ON = /^(?:command\b|\.\.\.\s*\))/
const CALL = /\bredis\.p?call\(\s*/g

/** The text of a script with the pieces that it includes. */
export const textOf = (scripts: ReadonlyArray<Source>, pieces: ReadonlyArray<Source>): TextOf => (script) => {
  const text = scripts.find(({ path }) => path === `lua/${script}.lua`)?.text ?? ""
  return text.replaceAll(
    /^-- @include (_[a-z]+)$/gm,
    (_, name: string) => pieces.find(({ path }) => path === `lua/lib/${name}.lua`)?.text ?? ""
  )
}

/** Keys in the header that are of no family, and a script of keys whose header shows none. */
export const checkKeys = ({ path, text }: Source): ReadonlyArray<Violation> => {
  const plain: ReadonlyArray<string> = Object.values(TEMPLATES)
  const listed = ScriptNeeds.keysListed(text)
  const found = (message: string): Violation => ({ path, line: 1, rule: "keys", message })
  return [
    ...listed.filter((key) => !plain.includes(key)).map((key) =>
      found(`${key} is no family of keys in KeyFamilies.ts`)
    ),
    ...(listed.length === 0 && !/^-- KEYS\s+none$/m.test(text) ? [found("the header shows no family of keys")] : [])
  ]
}

/** Calls whose command cannot be read, and commands that no user may give. */
export const checkCalls = ({ path, text }: Source): ReadonlyArray<Violation> => {
  const code = text.replaceAll(/--[^\n]*/g, (comment) => " ".repeat(comment.length))
  const unreadable = Array.from(code.matchAll(CALL)).flatMap(({ 0: call, index }) => {
    const argument = code.slice(index + call.length)
    const message = "give redis.call its command as a text, or hand on what is called `command` or `...`"
    return /^'[A-Z]+'/.test(argument) || HANDED_ON.test(argument)
      ? []
      : [{ path, line: lineAt(text, index), rule: "calls", message }]
  })
  const forbidden = ScriptNeeds.of(text).commands.filter((command) => NEVER.includes(command))
    .map((command) => ({ path, line: 1, rule: "calls", message: `${command} is given to no user` }))
  return [...unreadable, ...forbidden]
}

/** Rights that no user may have, whatever asks for them. */
export const isForbidden = (word: string): boolean =>
  ["~*", "%R~*", "%W~*", "allkeys", "allcommands", "allchannels", "+@all"].includes(word) ||
  NEVER.includes(word.slice(1).split("|")[0]!.toUpperCase())

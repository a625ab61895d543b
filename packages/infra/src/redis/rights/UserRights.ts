/** The least rights with which a user of Redis can do its work, derived from the operations that it performs. */
import { type KeyFamily, patternOf, sampleOf } from "./KeyFamilies.ts"
import { CONNECTION, type Need, PORTS } from "./Needs.ts"
import * as ScriptNeeds from "./ScriptNeeds.ts"
import { lostWithout, operationsOf, type User } from "./Users.ts"

/** One right, spelled as `ACL SETUSER` takes it. */
export interface Right {
  readonly word: string
  /** A command that is permitted with this right only, as a list of its words. */
  readonly probe: ReadonlyArray<string>
  /** Another right, without which the probe says nothing of this one. */
  readonly under?: string
  /** What is lost without it; none where orders are not served without it. */
  readonly lost: ReadonlyArray<string> | undefined
}

/** The text of a script with the pieces that it includes. */
export type TextOf = (script: string) => string

/** Both a script's keys and the keys of a command: `EVALSHA` asks for reading and writing, whatever the script does. */
const ACCESS = { reads: "%R~", writes: "%W~", scripts: "~" } as const

const commandWord = (command: string): string => `+${command.toLowerCase()}`
const wordsOf = (command: string): ReadonlyArray<string> => command.split("|")
const withKey = (command: string, key: string): ReadonlyArray<string> =>
  command === "XREAD" ? [command, "STREAMS", key, "0"] : [command, key]

const commandRight = (command: string): Omit<Right, "lost"> => ({ word: commandWord(command), probe: wordsOf(command) })

/** Redis judges a command without its key, but for `SET`: there it looks for one among the options. */
const scriptCommandRight = (family: KeyFamily | undefined) => (command: string): Omit<Right, "lost"> =>
  command !== "SET" || family === undefined ? commandRight(command) : {
    word: commandWord(command),
    probe: [command, sampleOf(family), "0"],
    under: `${ACCESS.scripts}${patternOf(family)}`
  }

const keyRight = (access: keyof typeof ACCESS, family: KeyFamily, command = "EVALSHA"): Omit<Right, "lost"> => ({
  word: `${ACCESS[access]}${patternOf(family)}`,
  probe: access === "scripts" ? ["EVALSHA", "0", "1", sampleOf(family)] : withKey(command, sampleOf(family)),
  under: commandWord(command)
})

type Pair = readonly [command: string, family: KeyFamily]

const rightsOfPairs = (access: "reads" | "writes", pairs: ReadonlyArray<Pair> = []) =>
  pairs.flatMap(([command, family]) => [commandRight(command), keyRight(access, family, command)])

const rightsOfScript = ({ commands, families }: ScriptNeeds.ScriptNeeds) => [
  ...commands.map(scriptCommandRight(families[0])),
  ...families.map((family) => keyRight("scripts", family))
]

const rightsOfNeed = (need: Need, textOf: TextOf): ReadonlyArray<Omit<Right, "lost">> => [
  ...(need.keyless ?? []).map(commandRight),
  ...rightsOfPairs("reads", need.reads),
  ...rightsOfPairs("writes", need.writes),
  ...(need.scripts ?? []).flatMap((name) => rightsOfScript(ScriptNeeds.of(textOf(name))))
]

/** The scripts that a user runs. */
export const scriptsOf = (user: User): ReadonlyArray<string> => {
  const needs = [CONNECTION, ...operationsOf(user).map(needOf)]
  return [...new Set(needs.flatMap(({ scripts = [] }) => scripts))]
}

const needOf = ({ name, port }: ReturnType<typeof operationsOf>[number]): Need => {
  const needs: Readonly<Record<string, Need>> = PORTS[port]
  return needs[name]!
}

/** Each right once. One that several operations need is as dear as the dearest of them. */
export const of = (user: User, textOf: TextOf): ReadonlyArray<Right> => {
  const found = new Map<string, Right>()
  const add = (need: Need, lost: string | undefined) => {
    for (const right of rightsOfNeed(need, textOf)) {
      const before = found.get(right.word)
      const isDear = lost === undefined || (before !== undefined && before.lost === undefined)
      const losses = isDear ? undefined : [...new Set([...(before?.lost ?? []), lost])]
      found.set(right.word, { ...right, lost: losses })
    }
  }
  add(CONNECTION, undefined)
  for (const operation of operationsOf(user)) add(needOf(operation), lostWithout(operation))
  const all = [...found.values()]
  // What may be read and written need not be permitted a second time for reading alone.
  return all.filter(({ word }) => !(word.startsWith("%") && found.has(word.slice(2))))
    .toSorted((a, b) => order(a.word) - order(b.word) || (a.word < b.word ? -1 : 1))
}

/** The arguments of `check_rights.lua`, which answers with the places of the rights that are denied. */
export const probesOf = (rights: ReadonlyArray<Right>): ReadonlyArray<string> =>
  rights.map(({ probe }) => JSON.stringify(probe))

/** Rights that are missing, of all that there should be. One that is missing may hide another. */
export const missing = (rights: ReadonlyArray<Right>, denied: ReadonlyArray<number>): ReadonlyArray<Right> => {
  const found = denied.flatMap((place) => rights[place - 1] ?? [])
  const words = new Set(found.map(({ word }) => word))
  return found.filter(({ under }) => under === undefined || !words.has(under))
}

/** Keys that may be written, then those that may be read, then commands. */
const order = (word: string): number => ["~", "%", "+"].indexOf(word[0]!)

/** The rules for `ACL SETUSER <name>`, and for `user <name>` in a file: what the user could do before is over. */
export const rules = (user: User, password: string, textOf: TextOf): ReadonlyArray<string> => [
  "reset",
  "on",
  `>${password}`,
  "resetchannels",
  ...of(user, textOf).map(({ word }) => word)
]

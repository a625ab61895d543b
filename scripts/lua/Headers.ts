/** The header of a script lists exactly the KEYS and ARGV that the script uses, and what it returns. */
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { parse, type Script } from "./Script.ts"

const LISTS = ["KEYS", "ARGV"] as const
type List = typeof LISTS[number]

/** Lua without comments. Texts are kept: no script has KEYS or dashes in one. */
const codeOf = ({ body }: Script): string => body.replaceAll(/--[^\n]*/g, "")

const numbers = (text: string, pattern: RegExp): ReadonlyArray<number> =>
  Array.from(text.matchAll(pattern), (match) => Number(match[1]))

const entry = (list: List): RegExp => new RegExp(`^${list}\\b`)

/** The lines of the header that belong to one list: from its first entry to the next list. */
const sectionOf = ({ header }: Script, list: List): ReadonlyArray<string> => {
  const start = header.findIndex((line) => entry(list).test(line))
  if (start === -1) return []
  const end = header.findIndex((line, at) =>
    at > start && /^(?:KEYS|ARGV|Returns)\b/.test(line) && !entry(list).test(line)
  )
  return header.slice(start, end === -1 ? header.length : end)
}

/** What is wrong between what the header lists and what the script uses of KEYS or of ARGV. */
const judgeList = (script: Script, list: List): ReadonlyArray<string> => {
  const section = sectionOf(script, list)
  if (section.length === 0) return [`the header lists no ${list}; where there are none: "${list}     none"`]
  const code = codeOf(script)
  const text = section.join("\n")
  const listed = numbers(text, new RegExp(`^${list}\\[(\\d+)\\]`, "gm"))
  const used = numbers(code, new RegExp(`\\b${list}\\[(\\d+)\\]`, "g"))
  // "from ARGV[8] on" promises as many as there are; the script then counts them, or indexes them by a variable.
  const open = numbers(text, new RegExp(`from ${list}\\[(\\d+)\\] on`, "g"))[0] ?? Infinity
  const isCounted = new RegExp(`\\b${list}\\b(?!\\[\\d+\\])`).test(code)
  return [
    ...[...new Set(used)].filter((at) => at < open && !listed.includes(at))
      .map((at) => `${list}[${at}] is used but not listed`),
    ...listed.filter((at) => at < open && !used.includes(at)).map((at) => `${list}[${at}] is listed but not used`),
    ...listed.filter((at, index) => at !== index + 1).slice(0, 1).map((at) => `${list}[${at}] is listed out of order`),
    ...(isCounted && open === Infinity
      ? [`${list} is counted or indexed, so say "from ${list}[n] on" in the header`]
      : []),
    ...(!isCounted && open < Infinity
      ? [`"from ${list}[${open}] on" is listed, but the script reads a fixed number`]
      : [])
  ]
}

/** The header of one script of lua/. */
export const checkScript = (source: Source): ReadonlyArray<Violation> => {
  const script = parse(source)
  const found = (rule: string) => (message: string): Violation => ({ path: source.path, line: 1, rule, message })
  const described = script.header[0] !== undefined && !/^(?:\s*$|KEYS|ARGV|Returns)/.test(script.header[0])
  return [
    ...(described ? [] : ["the header begins with what the script does"]).map(found("header")),
    ...(script.header.some((line) => line.startsWith("Returns")) ? [] : ["the header has no Returns"]).map(
      found("header")
    ),
    ...LISTS.flatMap((list) => judgeList(script, list)).map(found("header"))
  ]
}

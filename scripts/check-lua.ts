/** Every Lua script says what it is given and what it answers, says the truth, and is bound once. */
import { excepting, type Exceptions } from "./Exceptions.ts"
import { lineAt, type Source, sources } from "./Source.ts"
import { report, type Violation } from "./Violation.ts"

const MAX_LINES = 80
/** Scripts that may be longer, and why. */
const LONG_SCRIPTS: Exceptions = {}
const BINDINGS = "packages/infra/src/redis/Scripts.ts"
const LISTS = ["KEYS", "ARGV"] as const
type List = typeof LISTS[number]

interface Script {
  readonly path: string
  readonly name: string
  /** The comment at the top, a line each, without its dashes. */
  readonly header: ReadonlyArray<string>
  readonly body: string
}

const parse = ({ path, text }: Source): Script => {
  const lines = text.split("\n")
  const end = lines.findIndex((line) => !line.startsWith("--"))
  const header = lines.slice(0, end === -1 ? lines.length : end)
  return {
    path,
    name: path.replace(/^.*\//, "").replace(/\.lua$/, ""),
    header: header.map((line) => line.replace(/^-- ?/, "")),
    body: lines.slice(header.length).join("\n")
  }
}

/** Lua without comments. Texts stay: no script of ours writes KEYS or dashes into one. */
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

const includesOf = (text: string): ReadonlyArray<{ readonly name: string; readonly index: number }> =>
  Array.from(text.matchAll(/^-- @include (\S+)\s*$/gm), (match) => ({ name: match[1]!, index: match.index }))

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

/** Scripts that are too long below their headers. */
export const checkLengths = (
  scripts: ReadonlyArray<Source>,
  exceptions: Exceptions = LONG_SCRIPTS
): ReadonlyArray<Violation> => {
  const found = scripts.flatMap((source) => {
    const lines = parse(source).body.trim().split("\n").length
    const message = `${lines} lines below the header, at most ${MAX_LINES}. Move one concept into a piece of lua/lib.`
    return lines > MAX_LINES ? [{ path: source.path, line: 1, rule: "size", message }] : []
  })
  return excepting("size", found, exceptions)
}

/** One piece of lua/lib: described, and given what it needs rather than reaching for it. */
export const checkPiece = ({ path, text }: Source): ReadonlyArray<Violation> => {
  const found: Array<Violation> = []
  const { name } = parse({ path, text })
  if (!name.startsWith("_")) found.push({ path, line: 1, rule: "names", message: "a piece is named with a leading _" })
  if (!/^-- \S/.test(text)) found.push({ path, line: 1, rule: "header", message: "begins with what the piece is for" })
  for (
    const match of text.replaceAll(/--[^\n]*/g, (comment) => " ".repeat(comment.length)).matchAll(/\b(KEYS|ARGV)\b/g)
  ) {
    const message = `${match[1]} is read by scripts only, which list it in their headers`
    found.push({ path, line: lineAt(text, match.index), rule: "pieces", message })
  }
  return found
}

/** Whether what is included exists, and what exists is included. */
export const checkIncludes = (
  scripts: ReadonlyArray<Source>,
  pieces: ReadonlyArray<Source>
): ReadonlyArray<Violation> => {
  const names = pieces.map((piece) => parse(piece).name)
  const included = [...scripts, ...pieces].flatMap(({ path, text }) =>
    includesOf(text).map(({ index, name }) => ({ path, line: lineAt(text, index), name }))
  )
  return [
    ...included.filter(({ name }) => !names.includes(name))
      .map(({ line, name, path }) => ({ path, line, rule: "pieces", message: `there is no lua/lib/${name}.lua` })),
    ...pieces.filter((piece) => !included.some(({ name }) => name === parse(piece).name))
      .map(({ path }) => ({ path, line: 1, rule: "pieces", message: "is included by no script" }))
  ]
}

/** Whether each script is bound exactly once, and each binding has its script. */
export const checkBindings = (scripts: ReadonlyArray<Source>, bindings: Source): ReadonlyArray<Violation> => {
  const bound = Array.from(bindings.text.matchAll(/\bbind\(\s*"([^"]+)"/g), (match) => ({
    name: match[1]!,
    line: lineAt(bindings.text, match.index)
  }))
  const names = scripts.map((script) => parse(script).name)
  return [
    ...scripts.flatMap((script) => {
      const times = bound.filter(({ name }) => name === parse(script).name).length
      const message = `is bound ${times} times in ${bindings.path}, not once`
      return times === 1 ? [] : [{ path: script.path, line: 1, rule: "bindings", message }]
    }),
    ...bound.filter(({ name }) => !names.includes(name))
      .map(({ line, name }) => ({
        path: bindings.path,
        line,
        rule: "bindings",
        message: `there is no lua/${name}.lua`
      }))
  ]
}

/** Whether lua/README.md names each script, as `fold.lua` or `fold`. */
export const checkListed = (scripts: ReadonlyArray<Source>, readme: Source): ReadonlyArray<Violation> =>
  scripts.map((script) => parse(script).name)
    .filter((name) => !new RegExp(`[\`([]${name}(?:\\.lua)?[\`)\\]]`).test(readme.text))
    .map((name) => ({ path: readme.path, line: 1, rule: "readme", message: `does not list ${name}.lua` }))

if (import.meta.main) {
  const scripts = sources("lua/*.lua")
  const pieces = sources("lua/lib/*.lua")
  const readme = sources("lua/README.md")[0] ?? { path: "lua/README.md", text: "" }
  const bindings = sources(BINDINGS)[0] ?? { path: BINDINGS, text: "" }
  report("lua", [
    ...scripts.flatMap(checkScript),
    ...checkLengths(scripts),
    ...pieces.flatMap(checkPiece),
    ...checkIncludes(scripts, pieces),
    ...checkBindings(scripts, bindings),
    ...checkListed(scripts, readme)
  ])
}

/**
 * What a procedure shows, compared with what is printed. It must be the same but for what is different each time:
 * times, durations, and names that the engine gives. `3-1742` in the document stands for whichever letter it is there,
 * the same one throughout the procedure, also in the commands. `…` stands for anything in its line, and as a line of
 * its own for any number of lines.
 */

/** The names in the document, and the names that they have here. */
export type Names = ReadonlyMap<string, string>

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`
const UUID = String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`
const LETTER = String.raw`\d{1,3}-\d{1,9}`
const DURATION = String.raw`\d+(?:\.\d+)? ?(?:ms|s|m|h|d)`
const MEASURED = String.raw`(?<=_ms":)[\d.]+`

const PARTS = new RegExp(
  [
    String.raw`(?<lines>^…$\n?)`,
    "(?<anything>…)",
    String.raw`(?<time>\b${TIME})`,
    String.raw`(?<name>(?<!\w)(?<!\d-)(?:${UUID}|${LETTER})(?![\w-]))`,
    String.raw`(?<duration>(?<![\w.-])${DURATION}(?![\w-]))`,
    `(?<measured>${MEASURED})`,
    "(?<gap> {2,})"
  ].join("|"),
  "gm"
)

const WITH: Readonly<Record<string, string>> = {
  lines: String.raw`(?:.*\n)*?`,
  anything: ".*?",
  time: TIME,
  duration: DURATION,
  measured: String.raw`[\d.]+`,
  gap: " +"
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

const tidy = (text: string): string => text.replaceAll(/[ \t]+$/gm, "").trim()

/** The commands with the names that things have here. */
export const renamed = (commands: string, names: Names): string =>
  commands.replaceAll(PARTS, (part, ...rest) => {
    const { name }: Readonly<Record<string, string | undefined>> = rest.at(-1)
    return name === undefined ? part : names.get(name) ?? part
  })

/** The names known afterwards, or undefined where something else is printed. */
export const compare = (shown: string, printed: string, names: Names): Names | undefined => {
  const expected = tidy(shown)
  const groups: Array<string> = []
  let pattern = ""
  let end = 0
  for (const match of expected.matchAll(PARTS)) {
    pattern += escaped(expected.slice(end, match.index))
    end = match.index + match[0].length
    const kind = Object.keys(match.groups!).find((key) => match.groups![key] !== undefined)!
    if (kind !== "name") {
      pattern += WITH[kind]
      continue
    }
    const known = names.get(match[0])
    const seen = groups.indexOf(match[0])
    if (known !== undefined) pattern += escaped(known)
    else if (seen >= 0) pattern += `\\${seen + 1}(?![\\d-])`
    else {
      groups.push(match[0])
      pattern += `(${match[0].length === 36 ? UUID : LETTER})`
    }
  }
  pattern += escaped(expected.slice(end))
  // The newline that a last line of `…` stands before may be missing.
  const found = new RegExp(`^${pattern}\n?$`).exec(`${tidy(printed)}\n`)
  return found === null
    ? undefined
    : new Map([...names, ...groups.map((name, index) => [name, found[index + 1]!] as const)])
}

/** Reading the repository's files, and TypeScript without its comments and texts. */
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("..", import.meta.url))

/** A file and its path from the repository's root, with forward slashes. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** The files that match, without what is installed or built, in the order of their names. None where none matches. */
export const sources = (...patterns: ReadonlyArray<string>): ReadonlyArray<Source> =>
  globSync(patterns, { cwd: root, exclude: ["**/node_modules/**", "packages/*/dist/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(`${root}${path}`, "utf8") }))

/** The number of the line at this index of a text, from 1. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length

const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ")

const SKIPPED = [
  /\/\/[^\n]*/y,
  /\/\*[\s\S]*?\*\//y,
  /"(?:[^"\\\n]|\\.)*"/y,
  /'(?:[^'\\\n]|\\.)*'/y
]
// A slash begins a regular expression where no value can precede it.
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\n]|\breturn|=>)\s*$/

/**
 * TypeScript whose comments, texts and regular expressions are blanked out, so that what is left is code, at the place
 * where it was. Code inside of `${}` is kept.
 */
export const codeOnly = (text: string): string => {
  let out = ""
  let at = 0
  // One entry for each template that is open: how many braces are open inside of its `${}`.
  const templates: Array<number> = []
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) return false
    out += blank(found)
    at += found.length
    return true
  }
  const takeTemplateText = () => {
    const before = at
    take(/(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y)
    const closes = text[at] === "`"
    if (closes) templates.pop()
    const end = closes ? "`" : "${"
    if (at < text.length) {
      out += blank(end)
      at += end.length
    } else if (at === before) templates.pop()
  }
  while (at < text.length) {
    if (SKIPPED.some(take)) continue
    if (BEFORE_REGEX.test(out.slice(-40)) && take(REGEX)) continue
    const character = text[at]!
    const depth = templates.at(-1)
    if (character === "`") {
      templates.push(0)
      out += " "
      at++
      takeTemplateText()
    } else if (character === "}" && depth === 0) {
      out += " "
      at++
      takeTemplateText()
    } else {
      if (depth !== undefined && character === "{") templates[templates.length - 1] = depth + 1
      if (depth !== undefined && character === "}") templates[templates.length - 1] = depth - 1
      out += character
      at++
    }
  }
  return out
}

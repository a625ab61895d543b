/** The pieces of lua/lib: described, included by a script, and given what they need. */
import { lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { parse } from "./Script.ts"

const includesOf = (text: string): ReadonlyArray<{ readonly name: string; readonly index: number }> =>
  Array.from(text.matchAll(/^-- @include (\S+)\s*$/gm), (match) => ({ name: match[1]!, index: match.index }))

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

/** Scripts and pieces are short: each is one operation, or one concept. */
import { excepting, type Exceptions } from "../Exceptions.ts"
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { parse } from "./Script.ts"

/** Lines below the header of a script. */
export const MAX_SCRIPT_LINES = 60
/** Lines below the header of a piece of lua/lib. */
export const MAX_PIECE_LINES = 80
/** Files that may be longer, and why. */
const LONG_FILES: Exceptions = {}

/** Files that have more lines below their headers than `most`. */
export const checkLengths = (
  files: ReadonlyArray<Source>,
  exceptions: Exceptions = LONG_FILES,
  most = MAX_SCRIPT_LINES
): ReadonlyArray<Violation> => {
  const found = files.flatMap((source) => {
    const lines = parse(source).body.trim().split("\n").length
    const message = `${lines} lines below the header, at most ${most}. Move one concept into a piece of lua/lib.`
    return lines > most ? [{ path: source.path, line: 1, rule: "size", message }] : []
  })
  return excepting("size", found, exceptions)
}

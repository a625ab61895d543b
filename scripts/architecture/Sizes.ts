/** Lines, modules and folders are as large as one can take in. For functions the lint counts. */
import { posix } from "node:path"
import { excepting, type Exceptions } from "../Exceptions.ts"
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"

const MAX_CHARACTERS = 120
const MAX_LINES = 150
const MAX_FILES = 16
/** A folder that is full cannot take the next file, so there should be fewer. */
const GOOD_FILES = 12

/** Files whose lines may be longer, as for a URL, and why. */
const LONG_LINES: Exceptions = {}
/** Modules that may be longer, and why. */
const LONG_MODULES: Exceptions = {}
/** Folders that may hold more, and why. */
const FULL_FOLDERS: Exceptions = {
  "packages/domain/src/ports": "a port is a file here, and no port belongs to another",
  "packages/infra/src/redis": "an adapter is a file here; what they share is in the rooms below"
}

/** Lines that are too long: of comments and texts as well, which the formatter leaves as they are. */
export const checkLines = (
  files: ReadonlyArray<Source>,
  exceptions: Exceptions = LONG_LINES
): ReadonlyArray<Violation> => {
  const found = files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((content, at) => {
      const length = Array.from(content).length
      const message = `${length} characters, at most ${MAX_CHARACTERS}. Break the line.`
      return length > MAX_CHARACTERS ? [{ path, line: at + 1, rule: "line size", message }] : []
    })
  )
  return excepting("line size", found, exceptions)
}

/** Modules that are too long. */
export const checkModules = (
  files: ReadonlyArray<Source>,
  exceptions: Exceptions = LONG_MODULES
): ReadonlyArray<Violation> => {
  const found = files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length
    const message = `${lines} lines, at most ${MAX_LINES}. Give each concept in it a file of its own.`
    return lines > MAX_LINES ? [{ path, line: MAX_LINES + 1, rule: "module size", message }] : []
  })
  return excepting("module size", found, exceptions)
}

/** Folders that hold too many files. Those in their folders do not count. */
export const checkFolders = (
  files: ReadonlyArray<Source>,
  exceptions: Exceptions = FULL_FOLDERS
): ReadonlyArray<Violation> => {
  const folders = Map.groupBy(files, ({ path }) => posix.dirname(path))
  const found = [...folders].filter(([, inside]) => inside.length > MAX_FILES).map(([path, { length }]) => ({
    path,
    line: 1,
    rule: "folder size",
    message: `${length} files, at most ${MAX_FILES}. Move what belongs together into a room; aim at ${GOOD_FILES}.`
  }))
  return excepting("folder size", found, exceptions)
}

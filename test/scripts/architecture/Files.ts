/** Synthetic files, and what a check says of them. */
import type { Source } from "../../../scripts/Source.ts"
import type { Violation } from "../../../scripts/Violation.ts"

/** A file at this path, which imports these others by types or by values. */
export const file = (path: string, ...imports: ReadonlyArray<string>): Source => ({
  path,
  text: imports.map((specifier, at) => `import ${at % 2 === 0 ? "type " : ""}{ A } from "${specifier}"\n`).join("")
})

/** Where something was found, as `path:line rule`. */
export const places = (violations: ReadonlyArray<Violation>): ReadonlyArray<string> =>
  violations.map(({ line, path, rule }) => `${path}:${line} ${rule}`)

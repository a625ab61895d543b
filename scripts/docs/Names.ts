/** A name that a document places in a file or a folder, as in "`MAX_BODY` in `packages/...`", occurs there. */
import { lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { prose } from "./Prose.ts"

/** One or more names, and where they are. */
const PLACED = /((?:`\w+`, )*`\w+`) in `([\w.-]+(?:\/[\w.-]+)+)`/g

/** Names that do not occur where a document says. Files that are not there are for another check. */
export const checkNames = (
  { path, text }: Source,
  sources: ReadonlyArray<Source>
): ReadonlyArray<Violation> =>
  Array.from(prose(text).matchAll(PLACED)).flatMap((match) => {
    const place = match[2]!
    const within = sources.filter((source) => source.path === place || source.path.startsWith(`${place}/`))
    return match[1]!.split(", ").map((quoted) => quoted.slice(1, -1))
      .filter((name) => within.length > 0 && !within.some((source) => new RegExp(`\\b${name}\\b`).test(source.text)))
      .map((name) => ({ path, line: lineAt(text, match.index), rule: "names", message: `${place} has no ${name}` }))
  })

/** A Lua file, split into its header and its body. */
import type { Source } from "../Source.ts"

export interface Script {
  readonly path: string
  readonly name: string
  /** The comment at the top, a line each, without its dashes. */
  readonly header: ReadonlyArray<string>
  readonly body: string
}

/** The comment at the top of the file is its header; everything below it is its body. */
export const parse = ({ path, text }: Source): Script => {
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

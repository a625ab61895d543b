/** One concept, one file, named after it. */
import { excepting, type Exceptions } from "../Exceptions.ts"
import { lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { packageOf } from "./Graph.ts"

const NAMES_WITHOUT_MEANING = ["utils", "util", "common", "helpers", "misc", "shared", "lib"]

/** Files that are named like another one of their package, and why. */
const NAMED_TWICE: Exceptions = {}

/** Names that say nothing, and modules that are only a list of others. */
export const checkNames = (files: ReadonlyArray<Source>): ReadonlyArray<Violation> =>
  files.flatMap(({ path, text }) => {
    const names = path.split("/").slice(3)
    const file = names.at(-1)!
    const found: Array<Violation> = []
    const add = (line: number, rule: string, message: string) => found.push({ path, line, rule, message })
    for (const name of names) {
      if (NAMES_WITHOUT_MEANING.includes(name.replace(/\.ts$/, "").toLowerCase())) {
        add(1, "names", `"${name}" says nothing: name it after the concept`)
      }
    }
    if (file.startsWith("index.")) add(1, "barrel", "a module is imported by its own path")
    else if (!/^(?:[A-Z][A-Za-z0-9]*|main)\.ts$/.test(file)) {
      add(1, "names", "a file is named in PascalCase, or main.ts")
    }
    for (const match of text.matchAll(/^export \* from/gm)) {
      add(lineAt(text, match.index), "barrel", "a module is imported by its own path")
    }
    return found
  })

/** Files of a package that have the same name, in whatever folders. */
export const checkTwice = (
  files: ReadonlyArray<Source>,
  exceptions: Exceptions = NAMED_TWICE
): ReadonlyArray<Violation> => {
  const namesakes = Map.groupBy(files, ({ path }) => `${packageOf(path)} ${path.split("/").at(-1)}`)
  const found = [...namesakes.values()].flatMap(([first, ...others]) =>
    others.map(({ path }) => ({
      path,
      line: 1,
      rule: "names",
      message: `${first!.path} has the same name. Name each after its own concept.`
    }))
  )
  return excepting("names", found, exceptions)
}

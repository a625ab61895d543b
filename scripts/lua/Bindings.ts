/** Each script is bound once, and lua/README.md lists it. */
import { lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { parse } from "./Script.ts"

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

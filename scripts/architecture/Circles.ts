/** Files do not import each other in circles, not even types: to understand one, a reader would need all of them. */
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { arrowsOf, groupsOf } from "./Graph.ts"

/** The circles among the files: one violation for each group of files that reach each other. */
export const checkCircles = (files: ReadonlyArray<Source>): ReadonlyArray<Violation> => {
  const arrows = arrowsOf(files)
  return groupsOf(arrows)
    .filter((group) => group.length > 1)
    .map((group) => {
      const path = group[0]!
      const { line } = arrows.find(({ from, to }) => from === path && group.includes(to))!
      const names = group.map((member) => member.replace(/^packages\/[^/]+\/src\//, "")).join(", ")
      const message =
        `${names} import each other in a circle. Move what they share into a file that imports none of them.`
      return { path, line, rule: "circles", message }
    })
}

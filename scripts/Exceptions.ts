/** Exceptions from a rule: named, with their reasons, and only as long as the rule needs them. */
import type { Violation } from "./Violation.ts"

/** What is excepted, most often the path of a file, and why. */
export type Exceptions = Readonly<Record<string, string>>

/**
 * What a rule found without what is excepted from it, and the exceptions that except nothing: an exception that is not
 * needed hides the next mistake. `found` is therefore all that the rule found in the whole tree.
 */
export const excepting = <V extends Violation>(
  rule: string,
  found: ReadonlyArray<V>,
  exceptions: Exceptions,
  keyOf: (violation: V) => string = ({ path }) => path
): ReadonlyArray<Violation> => [
  ...found.filter((violation) => !Object.hasOwn(exceptions, keyOf(violation))),
  ...Object.keys(exceptions)
    .filter((key) => !found.some((violation) => keyOf(violation) === key))
    .map((key) => ({
      path: key.split(" ")[0]!,
      line: 1,
      rule: "exceptions",
      message: `"${key}" needs no exception from the rule "${rule}", or is gone. Take it out of the list.`
    }))
]

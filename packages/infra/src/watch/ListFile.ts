/** A file that holds a JSON list of named entries: what is wrong with one, in words that show no value. Pure. */
import * as Json from "@flash-sale/domain/records/wire/Json"
import { Result, Schema, SchemaIssue } from "effect"

export interface Words<A> {
  /** What an entry is: `key`, and `a key`. */
  readonly entry: string
  readonly anEntry: string
  readonly entries: string
  /** The most entries. */
  readonly most: number
  /** One entry. A misspelled field is an error: what it was to say would not hold. */
  readonly schema: Schema.Codec<A, unknown>
}

/** Words that show no value: somebody may have put a secret where something else belongs. */
const issuesOf = (anEntry: string) =>
  SchemaIssue.makeFormatterStandardSchemaV1({
    leafHook: (issue) => {
      switch (issue._tag) {
        case "MissingKey":
          return "is missing"
        case "UnexpectedKey":
          return `is no field of ${anEntry}`
        default:
          return "is not what it must be"
      }
    },
    checkHook: (issue) => {
      const message = issue.filter.annotations?.message
      return typeof message === "string" ? message : "is not what it must be"
    }
  })

/** Reads a file's text: its entries, or what is wrong with it. */
export const reader = <A extends { readonly name: string }>(
  { anEntry, entries, entry, most, schema }: Words<A>
): (text: string) => ReadonlyArray<A> | string => {
  const decode = Schema.decodeUnknownResult(Schema.Array(schema), { onExcessProperty: "error" })
  const format = issuesOf(anEntry)
  const describe = (issue: SchemaIssue.Issue): string => {
    const [{ message, path = [] } = { message: "" }] = format(issue).issues
    const [index, ...fields] = path.map((part) => String(typeof part === "object" ? part.key : part))
    if (index === undefined) return `holds no JSON list of ${entries}`
    return fields.length === 0
      ? `${entry} ${Number(index) + 1} is no ${entry}`
      : `${entry} ${Number(index) + 1}, ${fields[0]}: ${message}`
  }
  const nameTwice = (read: ReadonlyArray<A>): string | undefined => {
    const names = new Set<string>()
    return read.find(({ name }) => names.size === names.add(name).size)?.name
  }
  return (text) => {
    const value = Json.parse(text)
    if (Array.isArray(value) && value.length > most) return `holds more than ${most} ${entries}`
    const read = decode(value)
    if (Result.isFailure(read)) return describe(read.failure.issue)
    const twice = nameTwice(read.success)
    return twice === undefined ? read.success : `two ${entries} have the name ${twice}`
  }
}

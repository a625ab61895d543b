/** Each row of the threats in docs/security.md names tests, and those are there under these names. */
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { root } from "../../scripts/Source.ts"

/** OWASP's ten, each of which has rows. */
const RISKS = Array.from({ length: 10 }, (_, index) => `API${index + 1}`)

interface Row {
  readonly risk: string
  /** The cell in which the tests are. */
  readonly cell: string
  readonly tests: ReadonlyArray<{ readonly path: string; readonly name: string }>
}

/** The rows of the table whose first cell is a risk. */
const rowsOf = (text: string): ReadonlyArray<Row> =>
  text.split("\n").flatMap((line) => {
    const cells = line.split(" | ")
    const [, risk] = /^\| (API\d+|also)\b/.exec(line) ?? []
    if (risk === undefined) return []
    const cell = cells.at(-1) ?? ""
    const tests = Array.from(cell.matchAll(/`(test\/[^`]+)`:((?:,? "[^"]+")+)/g)).flatMap(([, path, names]) =>
      Array.from(names!.matchAll(/"([^"]+)"/g), ([, name]) => ({ path: path!, name: name! }))
    )
    return [{ risk, cell, tests }]
  })

/** What a row names and is not there, by the text of a file. */
const missingOf = ({ cell, risk, tests }: Row, read: (path: string) => string | undefined): ReadonlyArray<string> => {
  if (tests.length === 0) return [`${risk}: names no test: ${cell}`]
  return tests.flatMap(({ name, path }) => {
    const text = read(path)
    if (text === undefined) return [`${path} is not there`]
    return ["\"", "`"].some((quote) => text.includes(quote + name + quote)) ? [] : [`${path} has no test "${name}"`]
  })
}

const readFile = (path: string) => existsSync(root + path) ? readFileSync(root + path, "utf8") : undefined

describe("The threats in docs/security.md", () => {
  const rows = rowsOf(readFileSync(`${root}docs/security.md`, "utf8"))

  it("are all of OWASP's ten", () => {
    expect(RISKS.filter((risk) => !rows.some((row) => row.risk === risk))).toEqual([])
  })

  it("each have tests that are there", () => {
    expect(rows.flatMap((row) => missingOf(row, readFile))).toEqual([])
  })

  it("are found, and what is not there is said", () => {
    const table = "| risk | threat | what holds | tests |\n|---|---|---|---|\n" +
      "| API1 | a | b | `test/a.test.ts`: \"one\", \"two\"; `test/b.test.ts`: \"three\" |\n| API2 | a | b | c |"
    const found = rowsOf(table)
    expect(found.map(({ risk, tests }) => [risk, tests.map(({ name, path }) => `${path} ${name}`)])).toEqual([
      ["API1", ["test/a.test.ts one", "test/a.test.ts two", "test/b.test.ts three"]],
      ["API2", []]
    ])
    const read = (path: string) => path === "test/a.test.ts" ? "it(\"one\", () => 1)\nit(`two`, () => 2)" : undefined
    expect(found.flatMap((row) => missingOf(row, read))).toEqual([
      "test/b.test.ts is not there",
      "API2: names no test: c |"
    ])
  })
})

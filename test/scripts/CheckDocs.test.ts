import { assert, describe, it } from "@effect/vitest"
import {
  checkLinks,
  checkLocal,
  checkScripts,
  checkVariables,
  variablesListed,
  variablesRead
} from "../../scripts/check-docs.ts"
import { checkDecisions, INDEX } from "../../scripts/docs/Decisions.ts"
import { checkNames } from "../../scripts/docs/Names.ts"
import { checkMentions, checkPaths, treeOf } from "../../scripts/docs/Paths.ts"

const files = new Map([["docs/operations.md", "# Operations\n\n## When Kafka is `away`\n"], ["LICENSE", ""]])
const world = { exists: (path: string) => files.has(path), read: (path: string) => files.get(path) }
const links = (text: string, path = "README.md") => checkLinks({ path, text }, world).map(({ line }) => line)

const read = (text: string) => variablesRead({ path: "Settings.ts", text }).map(({ name }) => name)
const listed = (text: string) => variablesListed({ path: "README.md", text }).map(({ name }) => name)

const tree = treeOf([
  "packages/domain/src/rules/Fold.ts",
  "test/domain/rules/Fold.test.ts",
  "docs/glossary.md",
  "lua/fold.lua"
])
const gone = (text: string) => checkPaths({ path: "README.md", text }, tree).map(({ line }) => line)

describe("check-docs", () => {
  it("looks up the files that a document names in backticks", () => {
    assert.deepStrictEqual(gone("`packages/domain/src/rules/Fold.ts` in `packages/domain` and `test/domain/`"), [])
    assert.deepStrictEqual(
      gone("`Fold.ts`, `rules/Fold.test.ts`, `fold.lua`, `test/*/rules`, `**/{Fold,Fold.test}.ts`"),
      []
    )
    assert.deepStrictEqual(gone("`packages/domain/src/Fold.ts`\n`Fold.spec.ts`\n`lua/gone.lua`\n`test/*/gone`"), [
      1,
      2,
      3,
      4
    ])
    // A folder of elsewhere, a command, a name that stands for any, and what is only shown.
    assert.deepStrictEqual(
      gone("`src/domain`, `npm test -- test/gone`, `test/contract/<Port>Contract.ts`, `orders`"),
      []
    )
    assert.deepStrictEqual(gone("```\n`lua/gone.lua`\n```"), [])
  })

  it("looks up the documents that a comment names", () => {
    const found = (text: string) => checkMentions({ path: "a.ts", text }, tree).map(({ line }) => line)
    assert.deepStrictEqual(found("// See docs/glossary.md, and docs/**/*.md."), [])
    assert.deepStrictEqual(found("// Why:\n// docs/decisions/0001-gone.md."), [2])
  })

  it("looks up the names that a document places in a file or a folder", () => {
    const source = { path: "packages/a/src/buy/Body.ts", text: "export const MAX_BODY = 1\nconst LEAST = 0" }
    const found = (text: string) => checkNames({ path: "README.md", text }, [source]).map(({ message }) => message)
    assert.deepStrictEqual(
      found("`LEAST`, `MAX_BODY` in `packages/a/src/buy/Body.ts`, `LEAST` in `packages/a/src/buy`"),
      []
    )
    assert.deepStrictEqual(found("`MAX_BODY`, `MOST` in `packages/a/src/buy`"), ["packages/a/src/buy has no MOST"])
    assert.deepStrictEqual(found("`MOST` in `packages/a/src/gone`"), [])
  })

  it("holds decisions to their form and their row in the index", () => {
    const path = "docs/decisions/0007-live-streams.md"
    const index = { path: INDEX, text: "| 7 | [Live streams](0007-live-streams.md) |" }
    const found = (text: string, ...more: ReadonlyArray<typeof index>) =>
      checkDecisions([{ path, text }, ...more]).length
    assert.strictEqual(found("# 7. Live streams\n\nStatus: accepted, 2026-11-25.\n", index), 0)
    assert.strictEqual(found("# Live streams\n\nStatus: accepted, 2026-11-25.\n", index), 2)
    assert.strictEqual(found("# 7. Live streams\n\nSoon.\n", index), 1)
    assert.strictEqual(found("# 7. Live streams\n\nStatus: accepted, 2026-11-25.\n"), 1)
  })

  it("follows relative links to files and headings", () => {
    assert.deepStrictEqual(links("[a](docs/operations.md) [b](https://a.example/b) [c](LICENSE)"), [])
    assert.deepStrictEqual(links("[a](docs/operations.md#when-kafka-is-away)"), [])
    assert.deepStrictEqual(links("[a](operations.md#operations)", "docs/other.md"), [])
    assert.deepStrictEqual(links("\n[a](docs/gone.md)\n[b](docs/operations.md#gone)"), [2, 3])
    assert.deepStrictEqual(links("```\n[a](docs/gone.md)\n```"), [])
  })

  it("knows the scripts of package.json", () => {
    const found = (text: string) => checkScripts({ path: "README.md", text }, ["start", "test:full"])
    assert.deepStrictEqual(found("`npm start`, `npm run test:full -- x`, npm ci"), [])
    assert.deepStrictEqual(found("`npm run bench`\n`npm test`").map(({ line }) => line), [1, 2])
  })

  it("finds the variables that code reads", () => {
    assert.deepStrictEqual(read(`import { Config } from "effect"\nConfig.Port("PORT")\nConfig.schema(A, "NO")`), [
      "PORT"
    ])
    assert.deepStrictEqual(
      read(
        `import { Config } from "effect"\nVariable.make("HTTP_PORT", a)\nVariable.make<URL | undefined>("OTEL_URL", b)`
      ),
      ["HTTP_PORT", "OTEL_URL"]
    )
    assert.deepStrictEqual(read(`f("FAILED_LIMIT")`), [])
  })

  it("finds the variables that a configuration table lists", () => {
    assert.deepStrictEqual(
      listed("## Configuration\n| variable | default |\n|---|---|\n| `A_B` | `C_D` |\n## More\n| `E_F` | |"),
      ["A_B"]
    )
  })

  it("compares the two", () => {
    const variable = (name: string) => ({ name, path: "a", line: 1 })
    assert.deepStrictEqual(checkVariables([variable("A"), variable("A")], [variable("A")]), [])
    assert.deepStrictEqual(
      checkVariables([variable("A"), variable("A")], [variable("B")]).map(({ message }) => message),
      ["A is read, but listed in no configuration table", "B is listed, but read nowhere"]
    )
  })

  it("finds what exists on one machine only", () => {
    // Put together here, as the check reads this file too.
    const path = (...parts: ReadonlyArray<string>) => ["", ...parts].join("/")
    const found = (text: string) => checkLocal({ path: "README.md", text }).length
    assert.strictEqual(found(`see ${path("work", "notes.md")}`), 1)
    assert.strictEqual(found(`see ${path("home", "ann", "notes.md")}`), 1)
    assert.strictEqual(found(`"https://${["registry", "example", "com"].join(".")}/effect"`), 1)
    assert.strictEqual(found("packages/work/a.ts, the work/life balance, the registry of metrics"), 0)
  })
})

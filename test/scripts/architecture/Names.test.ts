import { assert, describe, it } from "@effect/vitest"
import { checkNames, checkTwice } from "../../../scripts/architecture/Names.ts"
import { format } from "../../../scripts/Violation.ts"
import { file, places } from "./Files.ts"

describe("the names", () => {
  it("are those of concepts, and no barrel hides them", () => {
    const rules = (path: string, text = "") => checkNames([{ path, text }]).map(({ rule }) => rule)
    assert.deepStrictEqual(rules("packages/cli/src/main.ts"), [])
    assert.deepStrictEqual(rules("packages/infra/src/redis/Keys.ts"), [])
    assert.deepStrictEqual(rules("packages/infra/src/redis/keys.ts"), ["names"])
    assert.deepStrictEqual(rules("packages/infra/src/utils/Text.ts"), ["names"])
    assert.deepStrictEqual(rules("packages/infra/src/Utils.ts"), ["names"])
    assert.deepStrictEqual(rules("packages/infra/src/index.ts"), ["barrel"])
    assert.deepStrictEqual(rules("packages/infra/src/All.ts", `export * from "./A.ts"`), ["barrel"])
  })

  it("are there once in a package", () => {
    const files = [
      file("packages/a/src/Run.ts"),
      file("packages/b/src/Run.ts"),
      file("packages/a/src/x/Other.ts"),
      file("packages/a/src/x/Run.ts"),
      file("packages/a/src/y/z/Run.ts")
    ]
    assert.deepStrictEqual(checkTwice(files.slice(0, 3)), [])
    assert.deepStrictEqual(checkTwice(files.slice(0, 4)).map(format), [
      "packages/a/src/x/Run.ts:1 names: packages/a/src/Run.ts has the same name. Name each after its own concept."
    ])
    assert.strictEqual(checkTwice(files).length, 2)
    const exceptions = { "packages/a/src/x/Run.ts": "a reason" }
    assert.deepStrictEqual(checkTwice(files.slice(0, 4), exceptions), [])
    assert.deepStrictEqual(places(checkTwice(files.slice(0, 3), exceptions)), ["packages/a/src/x/Run.ts:1 exceptions"])
  })
})

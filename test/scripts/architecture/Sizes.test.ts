import { assert, describe, it } from "@effect/vitest"
import { checkFolders, checkLines, checkModules } from "../../../scripts/architecture/Sizes.ts"
import { format } from "../../../scripts/Violation.ts"
import { file, places } from "./Files.ts"

const written = (text: string) => [{ path: "a.ts", text }]
const excepted = { "a.ts": "a reason" }

describe("the sizes", () => {
  it("of lines are bounded, in comments as well", () => {
    assert.deepStrictEqual(checkLines(written(`${"a".repeat(120)}\n${"𝄞".repeat(120)}\n`)), [])
    assert.deepStrictEqual(checkLines(written(`\n// ${"a".repeat(118)}\n`)).map(format), [
      "a.ts:2 line size: 121 characters, at most 120. Break the line."
    ])
    assert.deepStrictEqual(checkLines(written("a".repeat(121)), excepted), [])
    assert.deepStrictEqual(places(checkLines(written("a"), excepted)), ["a.ts:1 exceptions"])
  })

  it("of modules are bounded", () => {
    assert.deepStrictEqual(checkModules(written("a\n".repeat(150))), [])
    assert.deepStrictEqual(checkModules(written("a\n".repeat(151))).map(format), [
      "a.ts:151 module size: 151 lines, at most 150. Give each concept in it a file of its own."
    ])
    assert.deepStrictEqual(checkModules(written("a\n".repeat(151)), excepted), [])
    assert.deepStrictEqual(places(checkModules(written("a"), excepted)), ["a.ts:1 exceptions"])
  })

  it("of folders are bounded, each folder by itself", () => {
    const files = (folder: string, count: number) =>
      Array.from({ length: count }, (_, at) => file(`packages/a/src/${folder}A${at}.ts`))
    assert.deepStrictEqual(checkFolders([...files("", 16), ...files("x/", 16)], {}), [])
    assert.deepStrictEqual(checkFolders([...files("", 1), ...files("x/", 17)], {}).map(format), [
      "packages/a/src/x:1 folder size: 17 files, at most 16. Move what belongs together into a room; aim at 12."
    ])
    const exceptions = { "packages/a/src/x": "a reason" }
    assert.deepStrictEqual(checkFolders(files("x/", 17), exceptions), [])
    assert.deepStrictEqual(places(checkFolders(files("x/", 16), exceptions)), ["packages/a/src/x:1 exceptions"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { root } from "../../scripts/Source.ts"

/** A function of this many lines, besides comments and blank ones. Most are those of a function inside of it. */
const long = (lines: number, before = "") =>
  `${before}export const a = () => {\n${"// why\n\n".repeat(lines / 2)}const b = () => {\n` +
  `${"f()\n".repeat(lines - 5)}}\nreturn b\n}\nconst f = () => 1\n`

/** The rules of ours that a file breaks at this path. */
const rules = (path: string, text: string): ReadonlyArray<string> => {
  const folder = mkdtempSync(join(tmpdir(), "lint-"))
  try {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
    copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"))
    const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["-f", "unix"], {
      cwd: folder,
      encoding: "utf8"
    })
    return stdout.match(/max-lines-per-function(?=\))|Unused oxlint-disable directive/g) ?? []
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("the lint", () => {
  it("bounds functions of packages by 70 lines, and of tools by 100", () => {
    assert.deepStrictEqual(rules("packages/a/src/x/A.ts", long(70)), [])
    assert.deepStrictEqual(rules("packages/a/src/x/A.ts", long(71)), ["max-lines-per-function"])
    assert.deepStrictEqual(rules("scripts/A.ts", long(100)), [])
    assert.deepStrictEqual(rules("scripts/A.ts", long(101)), ["max-lines-per-function"])
  })

  it("takes an exception with its reason, as long as it is needed", () => {
    const exception = "// oxlint-disable-next-line max-lines-per-function -- a reason\n"
    assert.deepStrictEqual(rules("packages/a/src/A.ts", long(71, exception)), [])
    assert.deepStrictEqual(rules("packages/a/src/A.ts", long(70, exception)), ["Unused oxlint-disable directive"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import { checkBanned, checkReasons } from "../../../scripts/architecture/Banned.ts"
import { format } from "../../../scripts/Violation.ts"
import { places } from "./Files.ts"

/** What is found in this code, other than exceptions for files that are not there. */
const found = (text: string) => checkBanned([{ path: "a.ts", text }]).filter(({ rule }) => rule === "banned")

describe("what goes around Effect", () => {
  it("is found in code and nowhere else", () => {
    const bad = [
      "Date.now()",
      "new Date()",
      "Math.random()",
      "process.env.HOME",
      "setTimeout(f, 1)",
      "setInterval(f, 1)",
      "console.log(1)",
      "JSON.parse(text)",
      "`at ${Date.now()}`",
      "`a ${`b ${Math.random()}`}`",
      "'//' + Math.random()",
      "/[\"'`/]/.test(a) || Math.random()"
    ]
    for (const code of bad) assert.strictEqual(found(`f(\n${code})`)[0]?.line, 2, code)
    const good = [
      "// Date.now()",
      "/* Math.random() */",
      "/** `process.env` */",
      `"console.log"`,
      "'JSON.parse'",
      "`Date.now()`",
      "`${a}Date.now()`",
      "/Math.random/",
      "new Date(0)",
      "clearTimeout(a)"
    ]
    for (const code of good) assert.deepStrictEqual(found(`f(${code})`), [], code)
  })

  it("is excepted by the file's name, as long as the file needs it", () => {
    const banned = [{ pattern: /\bDate\.now\b/g, message: "no", except: { "a.ts": "it is the clock" } }]
    const file = (path: string, text: string) => ({ path, text })
    assert.deepStrictEqual(checkBanned([file("a.ts", "Date.now()")], banned), [])
    assert.deepStrictEqual(places(checkBanned([file("a.ts", "f()")], banned)), ["a.ts:1 exceptions"])
    assert.deepStrictEqual(checkBanned([file("b.ts", "Date.now()")], banned).map(format), [
      "b.ts:1 banned: Date.now: no",
      `a.ts:1 exceptions: "a.ts" needs no exception from the rule "banned", or is gone. Take it out of the list.`
    ])
  })

  it("gives its reason where it is an exception from the lint", () => {
    const rules = (text: string) => places(checkReasons([{ path: "a.ts", text }]))
    assert.deepStrictEqual(rules("// oxlint-disable-next-line max-params -- the protocol has seven"), [])
    assert.deepStrictEqual(rules("\n// oxlint-disable-next-line max-params"), ["a.ts:2 exceptions"])
    assert.deepStrictEqual(rules("/* eslint-disable max-params --\n*/"), ["a.ts:1 exceptions"])
  })
})

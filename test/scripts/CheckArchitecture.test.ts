import { assert, describe, it } from "@effect/vitest"
import { checkBanned, checkExceptions, checkImports, checkShape } from "../../scripts/check-architecture.ts"
import { format } from "../../scripts/Violation.ts"

const found = (path: string, text: string, declared: ReadonlyArray<string> = []) =>
  checkImports({ path, text }, declared).map(format)

describe("check-architecture", () => {
  it("lets packages know each other in one direction only", () => {
    assert.deepStrictEqual(
      found("packages/infra/src/Infra.ts", `import { Ids } from "@flash-sale/domain/records/Ids"`, [
        "@flash-sale/domain"
      ]),
      []
    )
    assert.deepStrictEqual(found("packages/processor/src/A.ts", `\nimport type { B } from "@flash-sale/gateway/B"`), [
      "packages/processor/src/A.ts:2 imports: processor must not know gateway"
    ])
    assert.strictEqual(found("packages/infra/src/A.ts", `export { B } from "@flash-sale/cli/B"`).length, 1)
    assert.strictEqual(found("packages/infra/src/A.ts", `const b = await import("@flash-sale/cli/B")`).length, 1)
  })

  it("keeps everything but effect out of the domain", () => {
    const path = "packages/domain/src/A.ts"
    assert.deepStrictEqual(found(path, `import { Schema } from "effect"\nimport "effect/http-api"`, ["effect"]), [])
    assert.strictEqual(found(path, `import { readFileSync } from "node:fs"`).length, 1)
    assert.strictEqual(found(path, `import {\n  Redis\n} from "ioredis"`, ["ioredis"]).length, 1)
    assert.strictEqual(found(path, `import { B } from "@flash-sale/infra/Infra"`, ["effect"]).length, 1)
  })

  it("opens infra at its public modules only", () => {
    const path = "packages/gateway/src/A.ts"
    const declared = ["@flash-sale/infra"]
    assert.deepStrictEqual(found(path, `import * as Infra from "@flash-sale/infra/Infra"`, declared), [])
    assert.deepStrictEqual(found(path, `import * as B from "@flash-sale/infra/actor/BatchLine"`, declared), [])
    assert.deepStrictEqual(found(path, `import * as R from "@flash-sale/infra/redis/Keys"`, declared), [
      `${path}:1 imports: "@flash-sale/infra/redis/Keys": adapters are chosen by Infra alone`
    ])
  })

  it("keeps the adapters apart from each other", () => {
    const text = `import * as R from "../redis/Keys.ts"`
    assert.strictEqual(found("packages/infra/src/kafka/A.ts", text).length, 1)
    assert.deepStrictEqual(found("packages/infra/src/redis/A.ts", `import * as R from "./Keys.ts"`), [])
    assert.deepStrictEqual(found("packages/infra/src/redis/A.ts", `import * as B from "../actor/BatchLine.ts"`), [])
    assert.deepStrictEqual(found("packages/infra/src/Infra.ts", `import * as R from "./redis/Keys.ts"`), [])
    assert.strictEqual(found("packages/infra/src/Other.ts", `import * as R from "./redis/Keys.ts"`).length, 1)
  })

  it("wants relative imports with their ending and inside of the package", () => {
    const path = "packages/gateway/src/live/A.ts"
    assert.deepStrictEqual(found(path, `import * as B from "../B.ts"`), [])
    assert.strictEqual(found(path, `import * as B from "../B"`).length, 1)
    assert.strictEqual(found(path, `import * as B from "../../../domain/src/Ids.ts"`).length, 1)
    assert.strictEqual(found(path, `import * as W from "../../../../test/simulation/World.ts"`).length, 1)
    assert.strictEqual(found(path, `import * as B from "@flash-sale/gateway/B"`).length, 1)
  })

  it("wants every dependency declared where it is used", () => {
    const text = `import { Redis } from "ioredis"`
    assert.deepStrictEqual(found("packages/infra/src/redis/A.ts", text, ["ioredis"]), [])
    assert.deepStrictEqual(found("packages/infra/src/redis/A.ts", text), [
      `packages/infra/src/redis/A.ts:1 imports: "ioredis" is not in packages/infra/package.json`
    ])
  })

  it("finds what goes around Effect, in code and nowhere else", () => {
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
    for (const code of bad) assert.strictEqual(checkBanned({ path: "a.ts", text: `f(\n${code})` })[0]?.line, 2, code)
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
    for (const code of good) assert.deepStrictEqual(checkBanned({ path: "a.ts", text: `f(${code})` }), [], code)
  })

  it("excepts a file by name, as long as the file exists", () => {
    const banned = [{ pattern: /\bDate\.now\b/g, message: "no", except: { "a.ts": "it is the clock" } }]
    assert.deepStrictEqual(checkBanned({ path: "a.ts", text: "Date.now()" }, banned), [])
    assert.strictEqual(checkBanned({ path: "b.ts", text: "Date.now()" }, banned).length, 1)
    assert.deepStrictEqual(checkExceptions(["a.ts"], banned), [])
    assert.strictEqual(checkExceptions(["b.ts"], banned).length, 1)
  })

  it("wants files named after a concept, short, and no barrels", () => {
    const rules = (path: string, text = "") => checkShape({ path, text }).map(({ rule }) => rule)
    assert.deepStrictEqual(rules("packages/cli/src/main.ts"), [])
    assert.deepStrictEqual(rules("packages/infra/src/redis/Keys.ts", "a\n".repeat(250)), [])
    assert.deepStrictEqual(rules("packages/infra/src/redis/Keys.ts", "a\n".repeat(251)), ["size"])
    assert.deepStrictEqual(rules("packages/infra/src/redis/keys.ts"), ["names"])
    assert.deepStrictEqual(rules("packages/infra/src/utils/Text.ts"), ["names"])
    assert.deepStrictEqual(rules("packages/infra/src/Utils.ts"), ["names"])
    assert.deepStrictEqual(rules("packages/infra/src/index.ts"), ["barrel"])
    assert.deepStrictEqual(rules("packages/infra/src/All.ts", `export * from "./A.ts"`), ["barrel"])
  })
})

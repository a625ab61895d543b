import { assert, describe, it } from "@effect/vitest"
import { checkCircles } from "../../../scripts/architecture/Circles.ts"
import { groupsOf } from "../../../scripts/architecture/Graph.ts"
import { format } from "../../../scripts/Violation.ts"
import { file } from "./Files.ts"

const src = "packages/a/src"

describe("circles of imports", () => {
  it("are not there where files import each other in one direction", () => {
    assert.deepStrictEqual(
      checkCircles([
        file(`${src}/A.ts`, "./x/B.ts", "./C.ts", "@flash-sale/domain/A"),
        file(`${src}/x/B.ts`, "../C.ts"),
        file(`${src}/C.ts`, "effect"),
        file("packages/b/src/C.ts", "./A.ts"),
        file("packages/b/src/A.ts", "./x/B.ts")
      ]),
      []
    )
  })

  it("are reported once each, with all their files", () => {
    const files = [
      file(`${src}/Above.ts`, "./C.ts"),
      file(`${src}/C.ts`, "./Below.ts", "./x/A.ts"),
      file(`${src}/x/A.ts`, "../B.ts"),
      file(`${src}/B.ts`, "./C.ts", "./x/A.ts"),
      file(`${src}/Below.ts`),
      file(`${src}/D.ts`, "./E.ts", "./B.ts"),
      file(`${src}/E.ts`, "./D.ts")
    ]
    const mend = "import each other in a circle. Move what they share into a file that imports none of them."
    assert.deepStrictEqual(checkCircles(files).map(format), [
      `${src}/B.ts:1 circles: B.ts, C.ts, x/A.ts ${mend}`,
      `${src}/D.ts:1 circles: D.ts, E.ts ${mend}`
    ])
  })

  it("may be of types alone, and of any kind of import", () => {
    const kinds = [
      `import type { B } from "./B.ts"`,
      `import { type B } from "./B.ts"`,
      `import {\n  B\n} from "./B.ts"`,
      `import "./B.ts"`,
      `export type { B } from "./B.ts"`,
      `export const a = (b: import("./B.ts").B) => b`
    ]
    for (const text of kinds) {
      const files = [{ path: `${src}/A.ts`, text }, { path: `${src}/B.ts`, text: text.replace("B.ts", "A.ts") }]
      assert.strictEqual(checkCircles(files).length, 1, text)
    }
  })

  it("leave groups in which each comes after what it imports", () => {
    const arrow = (from: string, to: string) => ({ from, to })
    assert.deepStrictEqual(
      groupsOf([arrow("a", "b"), arrow("b", "c"), arrow("c", "b"), arrow("c", "d"), arrow("a", "d"), arrow("e", "e")]),
      [["d"], ["b", "c"], ["a"], ["e"]]
    )
  })
})

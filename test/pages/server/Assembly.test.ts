import { assemble } from "@flash-sale/pages/server/Assembly"
import * as ModuleGraph from "@flash-sale/pages/server/ModuleGraph"
import { servedOf } from "@flash-sale/pages/server/Served"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"

const assembled = assemble()
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
/** The bytes of these files as a browser gets them. */
const sizeOf = (names: ReadonlyArray<string>): number =>
  assembled.assets.filter(({ name }) => names.includes(name)).reduce((sum, { brotli }) => sum + brotli.length, 0)

/** The storefront's budget is 40 KB with its document; the document has 1.7. */
const MOST = 39_200
/** The console's is 110 KB with its document; what grows has to be paid for here. */
const MOST_OF_CONSOLE = 108_000

describe("Assembly", () => {
  it("gives modules without types and without comments, and each encoding has the same content", () => {
    const button = assembled.assets.find(({ name }) => name === "elements/FlashSaleButton.ts")!
    const text = textOf(button.plain)
    expect(text).toContain("customElements.define(\"flash-sale-button\"")
    expect(text).not.toMatch(/\bdeclare\b|: void|^\s*\/\*\*/m)
    expect(textOf(gunzipSync(button.gzip))).toBe(text)
    expect(textOf(brotliDecompressSync(button.brotli))).toBe(text)
  })

  it("has addresses of two or three parts, as the routes take them", () => {
    for (const { name } of assembled.assets) expect(name).toMatch(/^[\w-]+(?:\/[\w-]+)?\/[\w.-]+$/)
  })

  it("serves no file of the server, and no path out of its folders", () => {
    const names = assembled.assets.map(({ name }) => name)
    expect(names.filter((name) => name.startsWith("server/") || name.includes(".."))).toEqual([])
    expect(names).toContain("client/main.ts")
  })

  it("names all modules of the storefront, once, within its budget", () => {
    const needed = assembled.needs.get("shop/Shop.ts")!
    expect(needed[0]).toBe("shop/Shop.ts")
    expect(needed).toContain("lit/lit-html.js")
    expect(new Set(needed).size).toBe(needed.length)
    expect(sizeOf([...needed, "design/Page.css"])).toBeLessThan(MOST)
  })

  it("names all modules of the console, within its budget, and with the notices of their licenses", () => {
    const needed = assembled.needs.get("console/Console.ts")!
    expect(needed).toEqual(expect.arrayContaining(["uplot/uPlot.iife.min.js", "client/events/Following.ts"]))
    expect(sizeOf([...needed, "design/Page.css", "console/Console.css", "uplot/uPlot.min.css"]))
      .toBeLessThan(MOST_OF_CONSOLE)
    for (const name of ["uplot/uPlot.iife.min.js", "lit/lit-html.js"]) {
      expect(textOf(assembled.assets.find((asset) => asset.name === name)!.plain)).toMatch(/Copyright/)
    }
  })

  it("is the same each time, and has another digest for another content", () => {
    expect(assemble().digest).toBe(assembled.digest)
    expect(assembled.digest).toMatch(/^[\w-]{16}$/)
  })
})

describe("ModuleGraph", () => {
  it("refuses an import of what is not served", () => {
    const texts = new Map([["a/A.ts", "import { x } from \"effect\""]])
    expect(() => ModuleGraph.needsOf(texts)).toThrow("a/A.ts imports \"effect\", which is not served")
  })

  it("follows circles once", () => {
    const texts = new Map([["a/A.ts", "import \"./B.ts\""], ["a/B.ts", "export { a } from \"./A.ts\""]])
    expect(ModuleGraph.needsOf(texts).get("a/B.ts")).toEqual(["a/B.ts", "a/A.ts"])
  })
})

describe("Served", () => {
  it("has each document with its encodings, and a policy but for the script", () => {
    const { documents } = servedOf(assembled)
    expect([...documents.keys()].toSorted()).toEqual(["console", "embed", "home", "homeWithDocs", "runbook", "shop"])
    for (const [name, { asset, policy }] of documents) {
      expect(textOf(brotliDecompressSync(asset.brotli)), name).toBe(textOf(asset.plain))
      expect(policy === undefined, name).toBe(name === "embed")
    }
  })
})

import * as Assembly from "@flash-sale/pages/server/Assembly"
import * as ModuleGraph from "@flash-sale/pages/server/ModuleGraph"
import { NAMES } from "@flash-sale/pages/server/PageDocuments"
import { type Part, parts } from "@flash-sale/pages/server/Parts"
import { Served } from "@flash-sale/pages/server/Served"
import * as Sources from "@flash-sale/pages/server/Sources"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"

const sources = Sources.read()
const assembly = Assembly.make(sources)
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
/** The bytes of these files as a browser gets them. */
const sizeOf = (names: ReadonlyArray<string>): number =>
  names.reduce((sum, name) => sum + assembly.asset(name).brotli.length, 0)

/** The pieces in the order in which they are made. `enough` ends it early. */
const made = async (first: string, enough: (part: Part) => boolean = () => false): Promise<ReadonlyArray<Part>> => {
  const all: Array<Part> = []
  for await (const part of parts(Assembly.make(sources), first)) {
    all.push(part)
    if (enough(part)) break
  }
  return all
}
const nameOf = (part: Part): string =>
  part.kind === "contents" ? part.kind : part.kind === "document" ? part.name : part.asset.name

/** The storefront's budget is 40 KB with its document; the document has 1.6. */
const MOST = 36_600
/** The console's is 110 KB with its document; what grows has to be paid for here. */
const MOST_OF_CONSOLE = 107_000

describe("Assembly", () => {
  it("gives modules without types and without comments, and each encoding has the same content", () => {
    const button = assembly.asset("elements/FlashSaleButton.ts")
    const text = textOf(button.plain)
    expect(text).toContain("customElements.define(\"flash-sale-button\"")
    expect(text).not.toMatch(/\bdeclare\b|: void|^\s*\/\*\*|^[ \t]/m)
    expect(textOf(gunzipSync(button.gzip))).toBe(text)
    expect(textOf(brotliDecompressSync(button.brotli))).toBe(text)
  })

  it("has addresses of two or three parts, as the routes take them", () => {
    for (const name of sources.texts.keys()) expect(name).toMatch(/^[\w-]+(?:\/[\w-]+)?\/[\w.-]+$/)
  })

  it("serves no file of the server, and no path out of its folders", () => {
    const names = [...sources.texts.keys()]
    expect(names.filter((name) => name.startsWith("server/") || name.includes(".."))).toEqual([])
    expect(names).toContain("client/main.ts")
  })

  it("names all modules of the storefront, once, within its budget", () => {
    const needed = assembly.needs("shop/Shop.ts")
    expect(needed[0]).toBe("shop/Shop.ts")
    expect(needed).toContain("lit/lit-html.js")
    expect(new Set(needed).size).toBe(needed.length)
    expect(sizeOf([...needed, "design/Page.css"])).toBeLessThan(MOST)
  })

  it("names all modules of the console, within its budget, and with the notices of their licenses", () => {
    const needed = assembly.needs("console/Console.ts")
    expect(needed).toEqual(expect.arrayContaining(["uplot/uPlot.iife.min.js", "client/events/Following.ts"]))
    expect(sizeOf([...needed, "design/Page.css", "console/Console.css", "uplot/uPlot.min.css"]))
      .toBeLessThan(MOST_OF_CONSOLE)
    for (const name of ["uplot/uPlot.iife.min.js", "lit/lit-html.js"]) {
      expect(textOf(assembly.asset(name).plain)).toMatch(/Copyright/)
    }
  })

  it("has the same digest each time", () => {
    expect(Sources.read().digest).toBe(sources.digest)
    expect(sources.digest).toMatch(/^[\w-]{16}$/)
  })
})

describe("ModuleGraph", () => {
  it("refuses an import of what is not served", () => {
    const texts = new Map([["a/A.ts", "import { x } from \"effect\""]])
    expect(() => ModuleGraph.needsOf("a/A.ts", (name) => texts.get(name)))
      .toThrow("a/A.ts imports \"effect\", which is not served")
  })

  it("follows circles once", () => {
    const texts = new Map([["a/A.ts", "import \"./B.ts\""], ["a/B.ts", "export { a } from \"./A.ts\""]])
    expect(ModuleGraph.needsOf("a/B.ts", (name) => texts.get(name))).toEqual(["a/B.ts", "a/A.ts"])
  })
})

describe("Parts", () => {
  it("has each file and each document once, with its encodings, and a policy but for the script", async () => {
    const all = await made("")
    expect(all.map(nameOf).toSorted()).toEqual(["contents", ...NAMES, ...sources.texts.keys()].toSorted())
    for (const part of all) {
      if (part.kind !== "document") continue
      const { document: { asset, policy }, name } = part
      expect(textOf(brotliDecompressSync(asset.brotli)), name).toBe(textOf(asset.plain))
      expect(policy === undefined, name).toBe(name === "embed")
    }
  })

  it.each(NAMES)("begins with %s, where that is asked for, and with the files that it needs", async (name) => {
    const isOther = (part: Part) => part.kind === "document" && part.name !== name
    const [contents, document, ...files] = (await made(name, isOther)).map(nameOf)
    expect([contents, document]).toEqual(["contents", name])
    expect(files[0]).toBe(name === "embed" ? "elements/FlashSaleButton.ts" : "design/Page.css")
  })

  it("begins with a file, where that is asked for", async () => {
    const file = "lit/lit-html.js"
    expect((await made(file, (part) => part.kind === "file")).map(nameOf)).toEqual(["contents", file])
  })
})

describe("Served", () => {
  it("gives what has come, and waits for what has not", async () => {
    const [contents, home, file] = await made("home", (part) => part.kind === "file")
    const served = new Served()
    const waiting = Promise.all([served.document("home"), served.file("design/Page.css"), served.file("no/file.ts")])
    for (const part of [contents!, home!, file!]) served.take(part)
    const [document, found, none] = await waiting
    expect([document.asset.name, found?.asset.name, found?.digest, none])
      .toEqual(["home", "design/Page.css", sources.digest, undefined])
    expect((await served.document("home")).asset.name).toBe("home")
  })

  it("tells who waits for what does not come, then and later, and keeps what has come", async () => {
    const served = new Served()
    served.take({ kind: "contents", digest: "d", names: new Set(["a/a.css", "a/b.css"]) })
    served.take({ kind: "file", asset: Assembly.assetOf("a/a.css", "text/css", "body{}") })
    const waiting = expect(served.document("shop")).rejects.toThrow("no memory")
    served.end(new Error("no memory"))
    served.end(new Error("it has ended with 1"))
    await waiting
    await expect(served.file("a/b.css")).rejects.toThrow("no memory")
    expect((await served.file("a/a.css"))?.asset.name).toBe("a/a.css")
  })
})

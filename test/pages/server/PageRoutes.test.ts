/** The pages as the gateway answers them, byte for byte. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { request } from "node:http"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import * as TestGateway from "../../gateway/TestGateway.ts"

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly bytes: Buffer
}

/** Undoes no encoding, and sends the path as it is written. */
const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  Effect.gen(function*() {
    const { port } = yield* TestGateway.TestGateway
    return yield* Effect.callback<Answer>((resume) => {
      request({ port, host: "127.0.0.1", path, headers, method }, (answer) => {
        const chunks: Array<Buffer> = []
        answer.on("data", (chunk: Buffer) => chunks.push(chunk))
        answer.on("end", () =>
          resume(Effect.succeed({
            status: answer.statusCode,
            headers: answer.headers,
            bytes: Buffer.concat(chunks)
          })))
      }).end()
    })
  })

const importMapOf = (html: string): string => /<script type="importmap">(.*?)<\/script>/.exec(html)![1]!
const addressesOf = (html: string): ReadonlyArray<string> =>
  // A folder of the import map has no answer of its own.
  Array.from(html.matchAll(/"(\/assets\/[^"]+[^"/])"/g), ([, address]) => address!)

layer(TestGateway.layer({ pages: true }), { excludeTestServices: true })("Pages", (it) => {
  it.effect("a page is a document whose policy allows its import map and its style, and nothing else inline", () =>
    Effect.gen(function*() {
      for (const path of ["/", "/shop/101", "/shop/%C3%A4"]) {
        const { bytes, headers, status } = yield* ask(path)
        const html = bytes.toString()
        const policy = String(headers["content-security-policy"])
        assert.strictEqual(status, 200)
        assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
        assert.strictEqual(headers["cache-control"], "no-cache")
        assert.strictEqual(headers["x-content-type-options"], "nosniff")
        assert.strictEqual(headers["referrer-policy"], "no-referrer")
        const digest = createHash("sha256").update(importMapOf(html)).digest("base64")
        assert.include(policy, `script-src 'self' 'sha256-${digest}';`)
        for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) {
          assert.include(policy, part)
        }
        assert.notMatch(policy, /unsafe|https?:|\*/)
        assert.notMatch(html, /style="|https?:\/\/(?!www\.w3\.org)|\son\w+="/)
        assert.notInclude(html, "undefined")
      }
    }))

  it.effect("what a page names is there, as what it is, in each encoding, for ever", () =>
    Effect.gen(function*() {
      const html = (yield* ask("/shop/101")).bytes.toString()
      const addresses = [...new Set(addressesOf(html))]
      assert.isAbove(addresses.length, 40)
      for (const address of addresses) {
        const plain = yield* ask(address)
        assert.strictEqual(plain.status, 200, address)
        assert.match(String(plain.headers["content-type"]), /^text\/(?:javascript|css); charset=utf-8$/)
        assert.include(String(plain.headers["cache-control"]), "immutable")
        const brotli = yield* ask(address, { "accept-encoding": "gzip, br" })
        assert.strictEqual(brotli.headers["content-encoding"], "br")
        assert.strictEqual(brotli.headers["vary"], "accept-encoding")
        assert.isTrue(brotliDecompressSync(brotli.bytes).equals(plain.bytes))
        const gzip = yield* ask(address, { "accept-encoding": "gzip" })
        assert.isTrue(gunzipSync(gzip.bytes).equals(plain.bytes))
      }
    }))

  it.effect("what a client has already is not sent again", () =>
    Effect.gen(function*() {
      const { headers } = yield* ask("/shop/101")
      const again = yield* ask("/shop/101", { "if-none-match": String(headers["etag"]) })
      assert.deepStrictEqual([again.status, again.bytes.length], [304, 0])
      assert.strictEqual(again.headers["etag"], headers["etag"])
      assert.isString(again.headers["content-security-policy"])
      const head = yield* ask("/shop/101", {}, "HEAD")
      assert.deepStrictEqual([head.status, head.bytes.length], [200, 0])
    }))

  it.effect("no path leads out of the table", () =>
    Effect.gen(function*() {
      const html = (yield* ask("/")).bytes.toString()
      const digest = /\/assets\/([^/]+)\//.exec(html)![1]!
      const wrong = [
        "server/Assembly.ts",
        "shop/../server/Assembly.ts",
        "shop/..%2fserver%2fAssembly.ts",
        "../../../package.json",
        "..%2f..%2f..%2fpackage.json",
        "client/..\\package.json",
        "client/../../../package.json",
        "lit/lit-html.js.map",
        "shop/",
        "__proto__/constructor"
      ]
      for (const name of wrong) {
        const { bytes, status } = yield* ask(`/assets/${digest}/${name}`)
        assert.strictEqual(status, 404, name)
        assert.include(bytes.toString(), "\"code\":\"not_found\"")
      }
    }))

  it.effect("a page of another release gets what there is, and does not keep it", () =>
    Effect.gen(function*() {
      const { headers, status } = yield* ask("/assets/of-another-day/shop/Shop.ts")
      assert.deepStrictEqual([status, headers["cache-control"]], [200, "no-cache"])
    }))

  it.effect("the script for shops names the engine by its own address", () =>
    Effect.gen(function*() {
      const { bytes, headers } = yield* ask("/embed.js")
      assert.strictEqual(headers["content-type"], "text/javascript; charset=utf-8")
      assert.include(bytes.toString(), "document.currentScript.src")
      assert.match(bytes.toString(), /\/assets\/[\w-]{16}\/elements\/FlashSaleButton\.ts/)
    }))

  it.effect("where there is no page a browser gets one that says so, and leads to what is here", () =>
    Effect.gen(function*() {
      const { bytes, headers, status } = yield* ask("/nope", { accept: "text/html,*/*;q=0.8" })
      assert.deepStrictEqual([status, headers["content-type"]], [404, "text/html; charset=utf-8"])
      assert.strictEqual(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'")
      assert.include(bytes.toString(), "<a href=\"/\">What is here</a>")
      assert.strictEqual((yield* ask("/nope", { accept: "*/*" })).headers["content-type"], "application/json")
    }))

  it.effect("the pages take GET and nothing else", () =>
    Effect.gen(function*() {
      for (const path of ["/", "/shop/101", "/embed.js"]) {
        const { headers, status } = yield* ask(path, {}, "POST")
        assert.deepStrictEqual([status, headers["allow"]], [405, "GET"])
      }
    }))
})

layer(TestGateway.layer({ auth: "required", pages: true }), { excludeTestServices: true })(
  "For signed-in buyers",
  (it) => {
    it.effect("the storefront says that it has none, and how a shop's page does", () =>
      Effect.gen(function*() {
        const html = (yield* ask("/shop/101")).bytes.toString()
        assert.include(html, "<flash-sale-button auth=\"required\"></flash-sale-button>")
        assert.include(html, "&lt;flash-sale-button item=\"101\" token=")
      }))
  }
)

layer(TestGateway.layer({}), { excludeTestServices: true })("Without pages", (it) => {
  it.effect("there are none", () =>
    Effect.gen(function*() {
      for (const path of ["/", "/shop/101", "/embed.js", "/assets/a/shop/Shop.ts"]) {
        const { bytes, status } = yield* ask(path)
        assert.strictEqual(status, 404, path)
        assert.include(bytes.toString(), "\"code\":\"not_found\"")
      }
      const page = yield* ask("/", { accept: "text/html" })
      assert.include(page.bytes.toString(), "<a href=\"/openapi.json\">The API's document</a>")
    }))
})

/** The console as the admin port serves it: to whoever reaches the port, and without a key. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import * as TestAdmin from "../TestAdmin.ts"

/** Without a key. */
const ask = (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, path, { headers }))
const LINK = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }

layer(TestAdmin.layer({}), { excludeTestServices: true })("The console's pages", (it) => {
  it.effect("need no key, and may run and load what is their own", () =>
    Effect.gen(function*() {
      for (const path of ["/console", "/console/runbook"]) {
        const { headers, status, text } = yield* ask("GET", path)
        const policy = String(headers["content-security-policy"])
        const [, map = ""] = /<script type="importmap">(.*?)<\/script>/.exec(text) ?? []
        assert.strictEqual(status, 200)
        assert.strictEqual(headers["cache-control"], "no-cache")
        assert.strictEqual(headers["referrer-policy"], "no-referrer")
        assert.strictEqual(headers["x-content-type-options"], "nosniff")
        assert.include(policy, `'sha256-${createHash("sha256").update(map).digest("base64")}'`)
        assert.include(policy, "frame-ancestors 'none'")
        assert.notMatch(policy, /unsafe|https?:|\*/)
        assert.notMatch(text, /style="|\son\w+="|undefined/)
      }
    }))

  it.effect("name files that are there, and that browsers keep; answers with data are kept by nobody", () =>
    Effect.gen(function*() {
      const { text } = yield* ask("GET", "/console")
      const files = [...new Set(Array.from(text.matchAll(/"(\/assets\/[^"]+\.\w+)"/g), ([, file]) => file!))]
      assert.isAbove(files.length, 40)
      for (const file of files) {
        const { headers, status } = yield* ask("GET", file)
        assert.strictEqual(status, 200, file)
        assert.include(String(headers["cache-control"]), "immutable")
      }
      const missing = yield* ask("GET", "/assets/x/console/Nothing.ts")
      assert.deepStrictEqual([missing.status, missing.headers["cache-control"]], [404, "no-store"])
    }))

  it.effect("where there is none a browser gets a page that leads to the console, and a program what it reads", () =>
    Effect.gen(function*() {
      const page = yield* ask("GET", "/nope", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" })
      assert.strictEqual(page.status, 404)
      assert.strictEqual(page.headers["content-type"], "text/html; charset=utf-8")
      assert.strictEqual(page.headers["cache-control"], "no-store")
      assert.strictEqual(page.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'")
      assert.include(page.text, `<a href="/console">The console</a>`)
      for (const accept of ["*/*", "application/json"]) {
        const { headers, status } = yield* ask("GET", "/nope", { accept })
        assert.deepStrictEqual([status, headers["content-type"]], [404, "application/json"])
      }
    }))

  it.effect("are not for pages of other sites, unless they are followed to by a link", () =>
    Effect.gen(function*() {
      const framed = { ...LINK, "sec-fetch-dest": "iframe" }
      assert.strictEqual((yield* ask("GET", "/console", framed)).status, 403)
      assert.strictEqual((yield* ask("GET", "/console", LINK)).status, 200)
      assert.strictEqual((yield* ask("POST", "/console")).status, 405)
    }))
})

/** What is tried at the admin port by who should not be there, or means no good. */
import { assert, layer } from "@effect/vitest"
import { MAX_NAMED } from "@flash-sale/domain/api/admin/LetterBodies"
import { CREDENTIAL_FAILURES } from "@flash-sale/gateway/access/CredentialChecks"
import * as Networks from "@flash-sale/infra/settings/Networks"
import { Effect } from "effect"
import { gzipSync } from "node:zlib"
import * as TestAdmin from "../TestAdmin.ts"

const REASON = "an attack"
const ask = (method: string, path: string, asked: TestAdmin.Asked = {}) =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, path, { key: "ops", ...asked }))

const stockPath = "/admin/v1/items/target/stock"
const body = { set: 1_000_000, reason: REASON }
const untouched = Effect.map(ask("GET", "/admin/v1/items/target"), ({ status }) => assert.strictEqual(status, 404))

const engine = TestAdmin.layer({ allowedHosts: new Set(["admin.shop.example"]), docs: true })

layer(engine, { excludeTestServices: true, timeout: 60_000 })("At the admin port", (it) => {
  it.effect("pages of other sites are refused, also with a key", () =>
    Effect.gen(function*() {
      for (const [method, path, sent] of [["POST", stockPath, body], ["GET", "/admin/v1/items", undefined]] as const) {
        const answer = yield* ask(method, path, { body: sent, headers: { "sec-fetch-site": "cross-site" } })
        assert.strictEqual(answer.status, 403, answer.text)
        assert.strictEqual(answer.body["code"], "cross_site")
      }
      yield* untouched
    }))

  it.effect("pages of any other origin are refused, and the port's own are served", () =>
    Effect.gen(function*() {
      const host = "127.0.0.1:8081"
      const foreign: ReadonlyArray<Record<string, string>> = [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: "http://127.0.0.1:8080" },
        { origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "https://evil.example", "sec-fetch-site": "same-origin" }
      ]
      for (const headers of foreign) {
        for (
          const [method, path, sent] of [["POST", stockPath, body], ["GET", "/admin/v1/items", undefined]] as const
        ) {
          const answer = yield* ask(method, path, { body: sent, headers: { host, ...headers } })
          assert.strictEqual(answer.status, 403, JSON.stringify(headers))
          assert.strictEqual(answer.body["code"], "cross_site")
        }
      }
      yield* untouched
      const own: ReadonlyArray<Record<string, string>> = [
        { origin: "http://127.0.0.1:8081", "sec-fetch-site": "same-origin" },
        { origin: "http://127.0.0.1:8081" },
        { "sec-fetch-site": "none" }
      ]
      for (const headers of own) {
        const answer = yield* ask("GET", "/admin/v1/items", { headers: { host, ...headers } })
        assert.strictEqual(answer.status, 200, JSON.stringify(headers))
      }
    }))

  it.effect("no page of another origin may read an answer, or is told that it may send", () =>
    Effect.gen(function*() {
      const headers = { origin: "https://evil.example" }
      const read = yield* ask("GET", "/admin/v1/items", { headers })
      const asked = yield* ask("OPTIONS", stockPath, {
        headers: {
          ...headers,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization"
        }
      })
      assert.strictEqual(asked.status, 403, asked.text)
      for (const answer of [read, asked]) {
        assert.deepStrictEqual(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-")), [])
      }
    }))

  it.effect("a name that somebody has pointed here gets nothing; addresses and listed names are served", () =>
    Effect.gen(function*() {
      for (const host of ["evil.example", "evil.example:8081", "localhost.evil.example"]) {
        for (const path of ["/admin/v1/items", "/health", "/openapi.json", "/asyncapi.json", "/docs"]) {
          const answer = yield* ask("GET", path, { headers: { host } })
          assert.strictEqual(answer.status, 421, `${host}${path} ${answer.text}`)
        }
      }
      for (
        const host of ["127.0.0.1:8081", "localhost", "[::1]:8081", "admin.shop.example", "Admin.Shop.Example:8081"]
      ) {
        assert.strictEqual((yield* ask("GET", "/admin/v1/items", { headers: { host } })).status, 200, host)
      }
    }))

  it.effect("what a browser sends without asking is no JSON, and is not read", () =>
    Effect.gen(function*() {
      for (
        const type of [
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "text/json"
        ]
      ) {
        const answer = yield* ask("POST", stockPath, { body: JSON.stringify(body), headers: { "content-type": type } })
        assert.strictEqual(answer.status, 415, `${type} ${answer.text}`)
      }
      const zipped = yield* ask("POST", stockPath, {
        body: gzipSync(JSON.stringify(body)),
        headers: { "content-encoding": "gzip" }
      })
      assert.strictEqual(zipped.status, 415, zipped.text)
      yield* untouched
    }))

  it.effect("a body that is too large is not read", () =>
    Effect.gen(function*() {
      const large = { ...body, reason: "x".repeat(200_000) }
      const answer = yield* ask("POST", stockPath, { body: large })
      assert.strictEqual(answer.status, 413, answer.text)
      yield* untouched
    }))

  it.effect("as many letters as one request may name are read, each by its longest id", () =>
    Effect.gen(function*() {
      const ids = Array.from({ length: MAX_NAMED }, (_, n) => `${"t".repeat(249)}/9999-${String(10 ** 15 + n)}`)
      const answer = yield* ask("POST", "/admin/v1/dead-letters/discard", { body: { ids, reason: "€".repeat(500) } })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepInclude(answer.body, { total: MAX_NAMED, sums: { unknown_letter: MAX_NAMED } })
      const oneMore = yield* ask("POST", "/admin/v1/dead-letters/discard", {
        body: { ids: [...ids, "0-1"], reason: "x" }
      })
      assert.strictEqual(oneMore.body["code"], "validation_failed", oneMore.text)
    }))

  it.effect("forged cursors, and those of another list, are 400 and nothing else", () =>
    Effect.gen(function*() {
      const forged = (...parts: ReadonlyArray<unknown>) => Buffer.from(JSON.stringify(parts)).toString("base64url")
      const cursors = [
        "x",
        "%00",
        "../../etc/passwd",
        "a".repeat(999),
        forged(),
        forged("items"),
        forged("items", "-1", ""),
        forged("items", "99", ""),
        forged("items", "1e3", ""),
        forged("items", "0", "0:'; DROP TABLE items; --"),
        forged("items", 0, {}),
        forged("items", "0", "9".repeat(30)),
        forged("letters", "now", "1-1"),
        forged({ list: "items" }),
        Buffer.from("{}").toString("base64url"),
        Buffer.from([0xff, 0xfe, 0x00]).toString("base64url")
      ]
      for (const cursor of cursors) {
        const answer = yield* ask("GET", `/admin/v1/items?cursor=${encodeURIComponent(cursor)}`)
        assert.strictEqual(answer.status, 400, `${cursor}: ${answer.text}`)
        assert.include(["invalid_cursor"], answer.body["code"], cursor)
      }
      for (const cursor of [forged("items", "0", ""), forged("letters"), forged("letters", 1, 2), "x"]) {
        const answer = yield* ask("GET", `/admin/v1/dead-letters?cursor=${encodeURIComponent(cursor)}`)
        assert.strictEqual(answer.status, 400, `${cursor}: ${answer.text}`)
        assert.strictEqual(answer.body["code"], "invalid_cursor")
      }
    }))

  it.effect("other spellings of a path, and other methods, are no way around", () =>
    Effect.gen(function*() {
      for (
        const path of ["//admin/v1/items", "/ADMIN/v1/items", "/admin/v1/items/", "/admin//v1/items", "/admin/v1/Items"]
      ) {
        for (const key of [undefined, "ops"]) {
          assert.strictEqual((yield* ask("GET", path, { key })).status, 404, path)
        }
      }
      for (const method of ["PUT", "DELETE", "PATCH", "TRACE"]) {
        const answer = yield* ask(method, stockPath, { body })
        assert.strictEqual(answer.status, 405, `${method} ${answer.text}`)
        assert.strictEqual(answer.headers["allow"], "POST")
      }
      yield* untouched
    }))

  it.effect("no answer is kept by anybody on the way, and none shows a key", () =>
    Effect.gen(function*() {
      for (const path of ["/admin/v1/items", "/admin/v1/items/nobody", "/admin/v1/nothing"]) {
        const answer = yield* ask("GET", path)
        assert.strictEqual(answer.headers["cache-control"], "no-store", path)
        assert.notInclude(answer.text, "Bearer")
      }
    }))

  it.effect("a key in the query, or by another scheme, is none", () =>
    Effect.gen(function*() {
      const inQuery = yield* ask("GET", "/admin/v1/audit?access_token=ops", { key: undefined })
      assert.strictEqual(inQuery.status, 401, inQuery.text)
      const basic = yield* ask("GET", "/admin/v1/audit", {
        key: undefined,
        headers: { authorization: "Basic b3BzOg==" }
      })
      assert.strictEqual(basic.status, 401, basic.text)
    }))

  it.effect("the documents and the page need no key", () =>
    Effect.gen(function*() {
      const document = yield* ask("GET", "/openapi.json", { key: undefined })
      assert.strictEqual(document.status, 200)
      assert.deepInclude(document.body["components"], {
        securitySchemes: (document.body["components"] as { securitySchemes: unknown }).securitySchemes
      })
      assert.hasAllKeys((document.body["components"] as { securitySchemes: object }).securitySchemes, ["apiKey"])
      const events = yield* ask("GET", "/asyncapi.json", { key: undefined })
      assert.deepInclude(events.body, { asyncapi: "3.0.0" })
      assert.strictEqual((yield* ask("GET", "/docs", { key: undefined })).status, 200)
    }))
})

const trusting = TestAdmin.layer({ trustedProxies: Networks.networks.read("127.0.0.1") ?? [] })
layer(trusting, { excludeTestServices: true, timeout: 60_000 })("Guessing keys", (it) => {
  it.effect("an address that failed too often is not looked at, but for a good key; other addresses are", () =>
    Effect.gen(function*() {
      const from = (address: string, key: string | undefined) =>
        ask("GET", "/admin/v1/audit", { key, headers: { "x-forwarded-for": address } })
      for (let n = 0; n < CREDENTIAL_FAILURES.max; n++) {
        assert.strictEqual((yield* from("192.0.2.7", `fs_ops_${n}`)).status, 401)
      }
      const bounded = yield* from("192.0.2.7", "fs_ops_last")
      assert.strictEqual(bounded.status, 429, bounded.text)
      assert.deepInclude(bounded.body, { code: "too_many_failures", retryable: true })
      assert.isAtLeast(Number(bounded.headers["retry-after"]), 1)
      // A colleague behind the same address has the right key.
      assert.strictEqual((yield* from("192.0.2.7", "ops")).status, 503)
      assert.strictEqual((yield* from("192.0.2.8", "fs_ops_1")).status, 401)
    }))
})

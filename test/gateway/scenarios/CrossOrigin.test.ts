/** Pages of other origins: what a browser is told, and what it may read. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { request } from "node:http"
import * as TestGateway from "../TestGateway.ts"

const SHOP = "https://shop.example"
const JSON_TYPE = { "content-type": "application/json" }

interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/** `fetch` would not send all of these headers. Of a stream the head alone is heard. */
const ask = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: string) =>
  Effect.flatMap(TestGateway.TestGateway, ({ port }) =>
    Effect.callback<Heard>((resume) => {
      const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
        const heard = (text: string) =>
          resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text }))
        if (response.headers["content-type"] === "text/event-stream") {
          heard("")
          sent.destroy()
          return
        }
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => heard(Buffer.concat(chunks).toString()))
      })
      sent.on("error", () => {})
      sent.end(body)
    }))

const page = (origin: string, site = "cross-site") => ({
  origin,
  "sec-fetch-site": site,
  "sec-fetch-mode": "cors",
  "sec-fetch-dest": "empty"
})
let sent = 0
const order = () => TestGateway.order({ request_id: `page-${sent++}`, user_id: "u", item_id: "page" })
const corsOf = ({ headers }: Heard) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control") || name === "vary"))

const MAY_READ = {
  "access-control-allow-origin": SHOP,
  "access-control-expose-headers":
    "location, preference-applied, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-correlation-id",
  vary: "origin"
}

layer(TestGateway.layer({ auth: "required", corsOrigins: new Set([SHOP, "http://localhost:3000"]), docs: true }), {
  excludeTestServices: true,
  timeout: 30_000
})("Pages of an origin that is listed", (it) => {
  it.effect("ask first, and are told what they may send", () =>
    Effect.gen(function*() {
      for (
        const [path, method] of [
          ["/buy", "POST"],
          ["/holds", "POST"],
          ["/orders/x/confirm", "POST"],
          ["/orders/x/paid", "POST"],
          ["/orders/x/cancel", "POST"],
          ["/orders/x", "GET"],
          ["/items/x/events", "GET"]
        ] as const
      ) {
        const answer = yield* ask("OPTIONS", path, {
          ...page(SHOP),
          "access-control-request-method": method,
          "access-control-request-headers": "authorization,content-type"
        })
        assert.strictEqual(answer.status, 204, path)
        assert.deepStrictEqual(corsOf(answer), {
          ...MAY_READ,
          "access-control-allow-methods": method,
          "access-control-allow-headers":
            "authorization, content-type, last-event-id, x-correlation-id, traceparent, prefer",
          "access-control-max-age": "600"
        })
        assert.strictEqual(answer.text, "")
      }
    }))

  it.effect("read every answer, refusals and streams among them", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("page", 100)
      const key = { authorization: "Bearer buyer u" }
      const plain = (more: Readonly<Record<string, string>>) => {
        const body = order()
        return ask(
          "POST",
          "/buy",
          { ...page(SHOP), ...JSON_TYPE, ...more, "content-length": String(body.length) },
          body
        )
      }
      const chunked = (more: Readonly<Record<string, string>>) =>
        ask("POST", "/buy", { ...page(SHOP), ...JSON_TYPE, ...more, "transfer-encoding": "chunked" }, order())
      const cases: ReadonlyArray<readonly [number, Effect.Effect<Heard, never, TestGateway.TestGateway>]> = [
        [202, plain(key)],
        [202, chunked(key)],
        [401, plain({})],
        [401, chunked({})],
        [403, plain({ authorization: "Bearer buyer other" })],
        [415, ask("POST", "/buy", { ...page(SHOP), ...key }, order())],
        [404, ask("GET", "/orders/none", { ...page(SHOP), ...key })],
        [404, ask("GET", "/nowhere", page(SHOP))],
        [405, ask("PUT", "/buy", page(SHOP))],
        [404, ask("POST", "/orders/none/cancel", { ...page(SHOP), ...key })],
        [404, ask("POST", "/orders/none/confirm", { ...page(SHOP), ...key, ...JSON_TYPE }, "{}")],
        [403, ask("POST", "/orders/none/paid", { ...page(SHOP), ...key, ...JSON_TYPE }, "{}")],
        [415, ask("POST", "/holds", { ...page(SHOP), ...key }, order())],
        [200, ask("GET", "/items/page", page(SHOP))],
        [200, ask("GET", "/items/page/events", page(SHOP))],
        [200, ask("GET", "/orders/page-0/events", { ...page(SHOP), ...key })]
      ]
      for (const [status, asked] of cases) {
        const answer = yield* asked
        assert.strictEqual(answer.status, status, answer.text)
        assert.deepStrictEqual(corsOf(answer), MAY_READ, String(status))
      }
      const docs = yield* ask("GET", "/docs", { ...page(SHOP), "accept-encoding": "gzip" })
      assert.deepStrictEqual(corsOf(docs), { ...MAY_READ, vary: "accept-encoding, origin" })
    }))

  it.effect("are those of that origin and no other", () =>
    Effect.gen(function*() {
      const others = [
        "https://evil.example",
        "null",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "https://SHOP.example",
        `${SHOP}, https://evil.example`
      ]
      for (const origin of others) {
        const answer = yield* ask("POST", "/buy", { ...page(origin), ...JSON_TYPE }, order())
        assert.strictEqual(answer.status, 403, origin)
        assert.include(answer.text, "cross_site")
        // That an answer may be another for another origin holds for this one, too.
        assert.deepStrictEqual(corsOf(answer), { vary: "origin" })
        for (const path of ["/holds", "/orders/x/confirm", "/orders/x/cancel"]) {
          // Without a body and a type it is what any page may have a browser send.
          assert.strictEqual((yield* ask("POST", path, page(origin))).status, 403, path)
        }
        const asked = yield* ask("OPTIONS", "/buy", { ...page(origin), "access-control-request-method": "POST" })
        assert.strictEqual(asked.status, 403, origin)
        assert.deepStrictEqual(corsOf(asked), { vary: "origin" })
        const read = yield* ask("GET", "/items/page", page(origin, "same-site"))
        assert.strictEqual(read.status, 200)
        assert.deepStrictEqual(corsOf(read), { vary: "origin" })
      }
      assert.deepStrictEqual(corsOf(yield* ask("GET", "/health", {})), { vary: "origin" })
    }))
})

layer(TestGateway.layer(), { excludeTestServices: true, timeout: 30_000 })("Without origins", (it) => {
  it.effect("no answer says anything of them", () =>
    Effect.gen(function*() {
      for (const origin of [SHOP, "null"]) {
        const refused = yield* ask("POST", "/buy", { ...page(origin), ...JSON_TYPE }, order())
        assert.strictEqual(refused.status, 403)
        assert.deepStrictEqual(corsOf(refused), {})
        const asked = yield* ask("OPTIONS", "/buy", { origin, "access-control-request-method": "POST" })
        assert.strictEqual(asked.status, 403)
        assert.deepStrictEqual(corsOf(asked), {})
        assert.deepStrictEqual(corsOf(yield* ask("GET", "/health", page(origin, "same-site"))), {})
      }
    }))
})

/** What a browser says of where a request comes from, and which names the gateway answers to. */
import { assert, describe, it } from "@effect/vitest"
import * as RequestRules from "@flash-sale/gateway/request/RequestRules"
import { Effect } from "effect"

const JSON_TYPE = { "content-type": "application/json" }

/** Headers of a page of another site, as a browser adds them. */
const crossSite = (mode: string, dest: string) => ({
  "sec-fetch-site": "cross-site",
  "sec-fetch-mode": mode,
  "sec-fetch-dest": dest
})

describe("RequestRules", () => {
  it.effect("a page of another site may link here, and nothing else", () =>
    Effect.gen(function*() {
      const { refusalOf, refusalOfOrder } = yield* RequestRules.RequestRules
      const codeOf = (method: string, headers: Record<string, string>) => refusalOf(method, headers)?.code
      assert.isUndefined(codeOf("GET", crossSite("navigate", "document")))
      // A form that is sent, a frame, an image, an EventSource, `fetch`.
      assert.strictEqual(codeOf("POST", crossSite("navigate", "document")), "cross_site")
      assert.strictEqual(codeOf("GET", crossSite("navigate", "iframe")), "cross_site")
      assert.strictEqual(codeOf("GET", crossSite("no-cors", "image")), "cross_site")
      assert.strictEqual(codeOf("GET", crossSite("cors", "empty")), "cross_site")
      assert.strictEqual(refusalOfOrder({ ...JSON_TYPE, ...crossSite("cors", "empty") })?.code, "cross_site")
      for (const site of ["same-origin", "same-site", "none"]) {
        assert.isUndefined(refusalOfOrder({ ...JSON_TYPE, "sec-fetch-site": site, "sec-fetch-mode": "cors" }), site)
      }
      assert.isUndefined(refusalOfOrder(JSON_TYPE))
      // A call without a body, which a browser sends from another host of the site without asking.
      const sameSite = { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }
      assert.strictEqual(codeOf("POST", sameSite), "cross_site")
      assert.strictEqual(codeOf("POST", { ...sameSite, "content-type": "text/plain" }), "cross_site")
      assert.isUndefined(codeOf("POST", { ...sameSite, ...JSON_TYPE }))
      assert.isUndefined(codeOf("GET", sameSite))
      assert.isUndefined(codeOf("POST", { "sec-fetch-site": "same-origin" }))
      assert.isUndefined(codeOf("POST", {}))
    }).pipe(Effect.provide(RequestRules.layer({ allowedHosts: undefined, corsOrigins: new Set() }))))

  it.effect("a page of another origin is known where the browser does not say of which site it is", () =>
    Effect.gen(function*() {
      const { refusalOf, refusalOfOrder } = yield* RequestRules.RequestRules
      const codeOf = (origin: string, host: string | undefined, more: Record<string, string> = {}) =>
        refusalOf("GET", { origin, ...(host === undefined ? {} : { host }), ...more })?.code
      const own = [
        ["http://shop.example", "shop.example"],
        ["https://shop.example", "Shop.Example"],
        ["http://shop.example:8080", "shop.example:8080"],
        ["http://[::1]:8080", "[::1]:8080"],
        ["https://listed.example", "shop.example"]
      ] as const
      for (const [origin, host] of own) assert.isUndefined(codeOf(origin, host), origin)
      const others = [
        ["http://evil.example", "shop.example"],
        ["http://evil.example", undefined],
        ["http://shop.example:8081", "shop.example:8080"],
        ["http://shop.example.evil", "shop.example"],
        ["http://listed.example", "shop.example"],
        ["null", "null"],
        ["", "shop.example"],
        ["shop.example", "shop.example"]
      ] as const
      for (const [origin, host] of others) {
        assert.strictEqual(codeOf(origin, host), "cross_site", origin)
        assert.strictEqual(
          refusalOfOrder({ ...JSON_TYPE, origin, ...(host === undefined ? {} : { host }) })?.code,
          "cross_site",
          origin
        )
      }
      // A proxy may have changed the name; the browser knows better.
      assert.isUndefined(codeOf("https://shop.example", "gateway:8080", { "sec-fetch-site": "same-origin" }))
      assert.isUndefined(refusalOf("POST", { host: "shop.example" }))
    }).pipe(
      Effect.provide(RequestRules.layer({ allowedHosts: undefined, corsOrigins: new Set(["https://listed.example"]) }))
    ))

  it.effect("every name is answered to where none is listed", () =>
    Effect.gen(function*() {
      const { refusalOf } = yield* RequestRules.RequestRules
      for (const host of ["evil.example", "", "x:80"]) assert.isUndefined(refusalOf("GET", { host }))
    }).pipe(Effect.provide(RequestRules.layer({ allowedHosts: undefined, corsOrigins: new Set() }))))

  it.effect("addresses, localhost and probes without a name pass any list", () =>
    Effect.gen(function*() {
      const { refusalOf } = yield* RequestRules.RequestRules
      const codeOf = (host: string) => refusalOf("GET", { host })?.code
      assert.isUndefined(refusalOf("GET", {}))
      for (const host of ["10.1.2.3:8080", "127.0.0.1", "[fd00::1]:8080", "[::1]", "localhost", "LOCALHOST:80"]) {
        assert.isUndefined(codeOf(host), host)
      }
      for (const host of ["shop.example", "shop.example:443", "Shop.Example.", "gateway_1:8080"]) {
        assert.isUndefined(codeOf(host), host)
      }
      const others = [
        "evil.example",
        "x.shop.example",
        "shop.example.evil",
        "localhost.evil.example",
        "10.1.2.3.evil",
        ""
      ]
      for (const host of others) assert.strictEqual(codeOf(host), "unknown_host", host)
    }).pipe(
      Effect.provide(
        RequestRules.layer({ allowedHosts: new Set(["shop.example", "gateway_1"]), corsOrigins: new Set() })
      )
    ))
})

/**
 * Orders and items are looked at by the hot routes, and where a request is not plain by the framework: the answers are
 * the same, whatever there is to say.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as FaultSwitches from "../FaultSwitches.ts"
import * as TestCallers from "../TestCallers.ts"
import * as TestGateway from "../TestGateway.ts"

const ORIGIN = "https://shop.example"
/** A query makes a request one that the framework serves. */
const BY_THE_FRAMEWORK = "?"

interface Asked {
  readonly path: string
  readonly headers?: Record<string, string>
}

/** Of an answer what the two ways have in common: not when it was made, nor for which request. */
const ask = ({ headers = {}, path }: Asked, query = "") =>
  Effect.flatMap(TestGateway.TestGateway, ({ port }) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}${query}`, { headers })
      const { correlation_id, now, ...body } = await response.json() as Record<string, unknown>
      const correlation = response.headers.get("x-correlation-id")
      const own = [...response.headers].filter(([name]) =>
        !["date", "content-length", "x-correlation-id"].includes(name)
      )
      return {
        status: response.status,
        headers: Object.fromEntries(own),
        body,
        hasNow: typeof now === "string",
        isOfRequest: correlation_id === correlation,
        hasCorrelation: correlation !== null
      }
    }))

/** The answer, which is the same by both ways. */
const both = Effect.fnUntraced(function*(asked: Asked) {
  const hot = yield* ask(asked)
  assert.deepStrictEqual(hot, yield* ask(asked, BY_THE_FRAMEWORK))
  return hot
})

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` })

layer(TestGateway.layer({ auth: "required", corsOrigins: new Set([ORIGIN]) }), { excludeTestServices: true })(
  "Looking at orders and items",
  (it) => {
    const place = Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      if ((yield* ask({ path: "/items/101" })).status !== 200) yield* TestGateway.stock("101", 5)
      const body = TestGateway.order({ request_id: "a-1", user_id: "alice" })
      const headers = { ...bearer("shop"), "content-type": "application/json" }
      const { status } = yield* gateway.send(body, headers)
      assert.include([202, 409], status)
      yield* Effect.repeat(ask({ path: "/orders/a-1", headers: bearer("shop") }), {
        schedule: Schedule.spaced("10 millis"),
        until: (answer) => answer.body["status"] === "COMPLETED"
      })
    })

    it.effect("of an order by a key, its buyer, another buyer and nobody", () =>
      Effect.gen(function*() {
        yield* place
        const path = "/orders/a-1"
        const byKey = yield* both({ path, headers: bearer("shop") })
        assert.deepInclude(byKey, { status: 200, isOfRequest: false })
        assert.deepInclude(byKey.headers, {
          "cache-control": "no-store",
          "content-type": "application/json",
          vary: "origin"
        })
        const { updated_at, ...body } = byKey.body
        assert.isString(updated_at)
        assert.deepStrictEqual(body, {
          request_id: "a-1",
          item_id: "101",
          user_id: "alice",
          amount: 1,
          status: "COMPLETED",
          attempt: 1
        })
        const byBuyer = yield* both({ path, headers: bearer("buyer alice") })
        assert.deepInclude(byBuyer, { status: 200 })
        assert.notProperty(byBuyer.body, "user_id")
        const byOther = yield* both({ path, headers: bearer("buyer bob") })
        assert.deepInclude(byOther, { status: 404, isOfRequest: true })
        assert.deepInclude(byOther.body, { code: "unknown_order", retryable: false })
        const byNobody = yield* both({ path })
        assert.deepInclude(byNobody, { status: 401 })
        assert.property(byNobody.headers, "www-authenticate")
        assert.deepInclude(yield* both({ path, headers: bearer("reader") }), { status: 403 })
      }))

    it.effect("of what nobody knows, or is written in another way", () =>
      Effect.gen(function*() {
        yield* place
        const headers = bearer("shop")
        assert.deepInclude(yield* both({ path: "/orders/nobody", headers }), { status: 404 })
        assert.deepInclude(yield* both({ path: "/items/nothing" }), { status: 404, hasNow: false })
        for (const path of ["/orders/%61-1", "/orders/a-1;x", "/items/10%31", "/items/a~b", "/orders/...", "/items/"]) {
          yield* both({ path, headers })
        }
      }))

    it.effect("of an item, for a page of another origin, and for one that may not ask", () =>
      Effect.gen(function*() {
        yield* place
        const item = yield* both({ path: "/items/101" })
        assert.deepInclude(item, { status: 200, hasNow: true })
        assert.deepStrictEqual(item.body, {
          item_id: "101",
          available: 4,
          held: 0,
          sold: 1,
          sale: { paused: false }
        })
        const cross = yield* both({ path: "/items/101", headers: { origin: ORIGIN } })
        assert.strictEqual(cross.headers["access-control-allow-origin"], ORIGIN)
        const foreign = { origin: "https://other.example", "sec-fetch-site": "cross-site" }
        assert.deepInclude(yield* both({ path: "/items/101", headers: foreign }), { status: 403 })
      }))

    it.effect("while the store is away, by a bug, and while tokens cannot be checked", () =>
      Effect.gen(function*() {
        yield* place
        const faults = yield* FaultSwitches.Faults
        const asked: ReadonlyArray<Asked> = [{ path: "/orders/a-1", headers: bearer("shop") }, { path: "/items/101" }]
        faults.store = "away"
        for (const one of asked) {
          const answer = yield* both(one)
          assert.deepInclude(answer, { status: 503, isOfRequest: true })
          assert.deepInclude(answer.body, { code: "store_unavailable", retryable: true })
          assert.strictEqual(answer.headers["retry-after"], "1")
        }
        faults.store = "fine"
        for (const at of ["OrderStatuses.readAll", "ItemStore.read"] as const) {
          faults.bug = { at, how: "throws" }
          const answer = yield* both(asked[at === "ItemStore.read" ? 1 : 0]!)
          assert.deepInclude(answer, { status: 500, isOfRequest: true })
          assert.deepInclude(answer.body, { code: "internal_error" })
        }
        faults.bug = undefined
        const callers = yield* TestCallers.CallerSwitches
        callers.isAway = true
        const answer = yield* both({ path: "/orders/a-1", headers: bearer("buyer carol") })
        callers.isAway = false
        assert.deepInclude(answer.body, { code: "keys_unavailable" })
        assert.deepInclude(yield* both(asked[0]!), { status: 200 })
      }))
  }
)

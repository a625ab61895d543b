/** The answer table: every row of it over HTTP, over any ports, as it is on the wire and as a typed client gets it. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import * as Client from "@flash-sale/domain/api/Client"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import { Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"
import { gzipSync } from "node:zlib"
import { BUG, Faults } from "./FaultSwitches.ts"
import * as TestGateway from "./TestGateway.ts"

const TEST_TIMEOUT = 30_000
/** What the gateway of the suite must let one user send, and what its breaker opens at. */
export const MAX_REQUESTS = 20
/** The names that the gateway of the suite answers to, beside those that every gateway does. */
export const HOSTS: ReadonlySet<string> = new Set(["orders.shop.example"])

const run = randomUUID().slice(0, 8)
let made = 0

/** An order that was not sent before, for an item of this run. */
const fresh = (fields: Readonly<Record<string, unknown>> = {}) => {
  const n = made++
  return { request_id: `${run}-r${n}`, user_id: `${run}-u${n}`, item_id: `${run}-plenty`, amount: 1, ...fields }
}
const item = (name: string): string => `${run}-${name}`
const send = (fields: Readonly<Record<string, unknown>>) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.send(JSON.stringify(fields)))

const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What every refusal has, and what this one has besides. */
const refused = (
  answer: TestGateway.Answer,
  status: number,
  body: Readonly<Record<string, unknown>>,
  retryable: boolean
) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/)
  const { correlation_id, retry_after_seconds, ...rest } = answer.body
  assert.match(String(correlation_id), isUuid)
  assert.strictEqual(answer.headers.get("x-correlation-id"), correlation_id)
  assert.deepStrictEqual(rest, { retryable, ...body })
  const retryAfter = answer.headers.get("retry-after")
  assert.strictEqual(retryAfter, retry_after_seconds === undefined ? null : String(retry_after_seconds))
  if (retryAfter !== null) assert.isAtLeast(Number(retryAfter), 1)
  if (status === 429 || status === 503) assert.isNotNull(retryAfter)
}

const unavailable = (answer: TestGateway.Answer, code: string) =>
  refused(answer, 503, { error: "Service temporarily unavailable", code }, true)

/** A port behind the gateway behaves as it is switched, until this is over. */
const during = <A, E, R>(change: Partial<Faults["Service"]>, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Faults, (faults) =>
    Effect.suspend(() => {
      const before = { ...faults }
      Object.assign(faults, change)
      return Effect.ensuring(effect, Effect.sync(() => Object.assign(faults, before)))
    }))

const typed = Effect.gen(function*() {
  const { port } = yield* TestGateway.TestGateway
  return yield* Client.make(`http://127.0.0.1:${port}`)
})

const orderOf = (fields: ReturnType<typeof fresh>): Order => ({
  requestId: RequestId.make(fields.request_id),
  userId: UserId.make(fields.user_id),
  itemId: ItemId.make(fields.item_id),
  amount: fields.amount
})

export const suite = <E>(name: string, engine: Layer.Layer<TestGateway.Engine, E>) =>
  layer(engine, { excludeTestServices: true, timeout: 120_000 })(`The answer table: ${name}`, (it) => {
    it.effect("202: accepted, durable, and where the status is", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock(item("plenty"), 10_000)
        const order = fresh({ payment_token: "tok_1", unknown_field: { any: ["thing"] } })
        const answer = yield* send(order)
        assert.strictEqual(answer.status, 202, answer.text)
        const { correlation_id, estimated_wait_ms, processing_time_ms, ...rest } = answer.body
        assert.deepStrictEqual(rest, { status: "Order Queued", request_id: order.request_id })
        assert.match(String(correlation_id), isUuid)
        assert.isTrue(Number.isInteger(processing_time_ms))
        assert.isTrue(Number.isInteger(estimated_wait_ms))
        assert.strictEqual(answer.headers.get("ratelimit-policy"), `"user";q=${MAX_REQUESTS};w=60`)
        assert.strictEqual(answer.headers.get("ratelimit"), `"user";r=${MAX_REQUESTS - 1}`)
        const location = answer.headers.get("location") ?? ""
        assert.strictEqual(location, `/orders/${order.request_id}`)
        // Never 404 from the moment at which it was accepted.
        const first = yield* gateway.get(location)
        assert.strictEqual(first.status, 200, first.text)
        const last = yield* TestGateway.until(gateway.get(location), ({ body }) => body["status"] === "COMPLETED")
        assert.strictEqual(last.body["correlation_id"], correlation_id)
        assert.notInclude(last.text, "tok_1")
      }), TEST_TIMEOUT)

    it.effect("400: no JSON object, or fields that are wrong", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        for (const body of ["", "{", "[]", "null", "7", "\"text\"", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])]) {
          refused(yield* gateway.send(body), 400, { error: "Invalid request body", code: "invalid_body" }, false)
        }
        const errors = [{ field: "amount", message: "must be a whole number from 1 to 1000" }]
        const wrong = yield* send(fresh({ amount: 0 }))
        refused(wrong, 400, { error: "Validation failed", code: "validation_failed", errors }, false)
      }), TEST_TIMEOUT)

    it.effect("403: paused, not open yet, closed", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock(item("sale"), 10)
        const error = "Sale not open"
        const order = fresh({ item_id: item("sale") })
        yield* TestGateway.sale(item("sale"), { paused: true })
        refused(yield* send(order), 403, { error, code: "paused" }, true)
        yield* TestGateway.sale(item("sale"), { paused: false, opensAt: Date.UTC(2100, 0, 1) })
        const early = yield* send(order)
        refused(early, 403, { error, code: "not_open", opens_at: "2100-01-01T00:00:00.000Z" }, true)
        assert.isAbove(Number(early.headers.get("retry-after")), 86_400)
        yield* TestGateway.sale(item("sale"), { opensAt: null, closesAt: 1_000 })
        refused(yield* send(order), 403, { error, code: "closed" }, false)
        yield* TestGateway.sale(item("sale"), { closesAt: null })
        assert.strictEqual((yield* send(order)).status, 202)
      }), TEST_TIMEOUT)

    it.effect("403: above the limit per buyer, by itself or with what was bought", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock(item("capped"), 10)
        yield* TestGateway.sale(item("capped"), { perUserLimit: 2 })
        const error = { error: "Limit per buyer reached", code: "limit" }
        const ofItem = (more: Readonly<Record<string, unknown>> = {}) => fresh({ item_id: item("capped"), ...more })
        refused(yield* send(ofItem({ amount: 3 })), 403, error, false)
        // More than there is, too: the limit is the earlier rule.
        refused(yield* send(ofItem({ amount: 11 })), 403, error, false)
        const user_id = `${run}-buyer`
        const first = ofItem({ user_id, amount: 2 })
        assert.strictEqual((yield* send(first)).status, 202)
        const location = `/orders/${first.request_id}`
        yield* TestGateway.until(gateway.get(location), ({ body }) => body["status"] === "COMPLETED")
        const second = ofItem({ user_id })
        const answer = yield* send(second)
        refused(answer, 403, error, false)
        assert.isNull(answer.headers.get("ratelimit"))
        assert.strictEqual((yield* gateway.get(`/orders/${second.request_id}`)).status, 404)
        // The retry of what was bought is one, and others may buy.
        assert.strictEqual((yield* send(first)).status, 409)
        assert.strictEqual((yield* send(ofItem({ amount: 2 }))).status, 202)
        // The refusal left nothing of the request.
        yield* TestGateway.sale(item("capped"), { perUserLimit: 3 })
        assert.strictEqual((yield* send(second)).status, 202)
      }), TEST_TIMEOUT)

    it.effect(
      "404: an unknown item, an unknown order, an unknown path; 401: the orders of nobody",
      () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          const unknown = { error: "Unknown item", code: "unknown_item" }
          refused(yield* send(fresh({ item_id: item("nothing") })), 404, unknown, false)
          refused(yield* gateway.get(`/items/${item("nothing")}`), 404, unknown, false)
          const order = { error: "Unknown order", code: "unknown_order" }
          refused(yield* gateway.get(`/orders/${run}-nobody`), 404, order, false)
          const noPath = { error: "Not found: /openapi.json lists what is here", code: "not_found" }
          for (const path of ["/", "/buys", "/nowhere", "/orders/", "/orders/%", "/Health", "//health", "/health/"]) {
            refused(yield* gateway.get(path), 404, noPath, false)
          }
          const noProof = {
            error: "No key and no token: send one in the header Authorization",
            code: "unauthenticated"
          }
          refused(yield* gateway.get("/orders"), 401, noProof, false)
          // Orders have one path in one spelling.
          for (const path of ["/buy/", "//buy", "/BUY", "/%62uy", "/buy;v=1", "/buy%2F"]) {
            refused(yield* gateway.sendTo(path, JSON.stringify(fresh())), 404, noPath, false)
          }
        }),
      TEST_TIMEOUT
    )

    it.effect("405: a method that the path does not take", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const cases = [
          ["GET", "/buy?x", "POST"],
          ["PUT", "/buy", "POST"],
          ["POST", "/health", "GET"],
          ["DELETE", `/orders/${run}-nobody`, "GET"],
          ["PATCH", "/items/101/events", "GET"],
          ["POST", "/metrics", "GET"],
          ["OPTIONS", "/openapi.json", "GET"]
        ] as const
        for (const [method, path, allow] of cases) {
          const answer = yield* gateway.ask(method, path)
          refused(answer, 405, { error: "Method not allowed", code: "method_not_allowed" }, false)
          assert.strictEqual(answer.headers.get("allow"), allow)
        }
      }), TEST_TIMEOUT)

    it.effect(
      "409 and 422: a request id that is known, of the same order and of another",
      () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          const order = fresh()
          assert.strictEqual((yield* send(order)).status, 202)
          yield* TestGateway.until(gateway.get(`/orders/${order.request_id}`), ({ body }) =>
            body["status"] === "COMPLETED")
          const known = { error: "Duplicate Request Detected", code: "duplicate_request", order_status: "COMPLETED" }
          refused(yield* send(order), 409, known, false)
          const other = { error: "Request id belongs to another order", code: "request_id_reused" }
          for (const change of [{ amount: 2 }, { user_id: `${run}-other` }, { item_id: item("nothing") }]) {
            const answer = yield* send({ ...order, ...change })
            // An unknown item would be 404 by itself; this request id is known, and that comes first.
            refused(answer, 422, other, false)
          }
        }),
      TEST_TIMEOUT
    )

    it.effect(
      "409: 39 of 40 that come at once under one request id, and the log has one",
      () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          yield* TestGateway.stock(item("crowd"), 100)
          const orders = Array.from({ length: 5 }, () => fresh({ item_id: item("crowd") }))
          const crowds = orders.map((order) => Array.from({ length: 40 }, () => send(order)))
          for (const crowd of crowds) {
            const answers = yield* Effect.all(crowd, { concurrency: "unbounded" })
            const statuses = answers.map(({ status }) => status).toSorted()
            assert.deepStrictEqual(statuses, [202, ...Array.from({ length: 39 }, () => 409)])
          }
          for (const { request_id } of orders) {
            yield* TestGateway.until(gateway.get(`/orders/${request_id}`), ({ body }) => body["status"] === "COMPLETED")
          }
          assert.strictEqual((yield* gateway.get(`/items/${item("crowd")}`)).body["sold"], orders.length)
        }),
      TEST_TIMEOUT
    )

    it.effect(
      "202: the next of those that come at once, where the first is surely not in the log",
      () =>
        Effect.gen(function*() {
          const order = fresh()
          const first = yield* during({ log: "away" }, send(order))
          assert.strictEqual(first.body["code"], "log_unavailable")
          const answers = yield* Effect.all(Array.from({ length: 8 }, () => send(order)), { concurrency: "unbounded" })
          assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [
            202,
            ...Array.from({ length: 7 }, () => 409)
          ])
        }),
      TEST_TIMEOUT
    )

    it.effect("410: sold out just now; a retry of what was sold gets 409", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock(item("last"), 1)
        const first = fresh({ item_id: item("last") })
        assert.strictEqual((yield* send(first)).status, 202)
        yield* TestGateway.until(
          gateway.get(`/orders/${first.request_id}`),
          ({ body }) => body["status"] === "COMPLETED"
        )
        const soldOut = { error: "Sold out", code: "sold_out" }
        refused(yield* send(fresh({ item_id: item("last") })), 410, soldOut, true)
        // More than was ever put in.
        refused(yield* send(fresh({ item_id: item("last"), amount: 2 })), 410, soldOut, false)
        assert.strictEqual((yield* send(first)).status, 409)
      }), TEST_TIMEOUT)

    it.effect("403: a page of another site asks, in a browser", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const from = (site: string) => ({ "content-type": "application/json", "sec-fetch-site": site })
        const error = { error: "Pages of other web sites may not ask", code: "cross_site" }
        const order = fresh()
        refused(yield* gateway.send(JSON.stringify(order), from("cross-site")), 403, error, false)
        assert.strictEqual((yield* gateway.get(`/orders/${order.request_id}`)).status, 404)
        for (const site of ["same-origin", "same-site", "none"]) {
          assert.strictEqual((yield* gateway.send(JSON.stringify(fresh()), from(site))).status, 202, site)
        }
      }), TEST_TIMEOUT)

    it.effect("421: a host of another name", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const error = { error: "Unknown host", code: "unknown_host" }
        const order = fresh()
        for (const host of ["evil.example", "orders.shop.example.evil.example", "127.0.0.1.evil.example:80"]) {
          refused(yield* gateway.sendAt(host, JSON.stringify(order)), 421, error, false)
        }
        assert.strictEqual((yield* gateway.get(`/orders/${order.request_id}`)).status, 404)
        for (
          const host of ["orders.shop.example", "ORDERS.shop.example.:8080", "localhost:1", "10.0.0.7", "[::1]:80"]
        ) {
          assert.strictEqual((yield* gateway.sendAt(host, JSON.stringify(fresh()))).status, 202, host)
        }
      }), TEST_TIMEOUT)

    it.effect(
      "413 and 415: too large, and declared as something else than JSON in UTF-8",
      () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          const large = yield* send(fresh({ padding: "x".repeat(17_000) }))
          refused(large, 413, { error: "The body is larger than 16 KiB", code: "body_too_large" }, false)
          const code = "unsupported_media_type"
          const order = fresh()
          const bytes = new TextEncoder().encode(JSON.stringify(order))
          const notJson = { error: "The body must be application/json in UTF-8, and declared so", code }
          // As any page may have a browser send it, without a question first: the first two.
          const types = [undefined, "text/plain", "application/jsonx", "*/*", "application/json; charset=iso-8859-1"]
          for (const type of types) {
            const answer = yield* gateway.send(bytes, type === undefined ? {} : { "content-type": type })
            refused(answer, 415, notJson, false)
            assert.strictEqual(answer.headers.get("accept"), "application/json")
          }
          const packed = { error: "The body must not be compressed", code }
          for (const body of [bytes, new Uint8Array(gzipSync(bytes))]) {
            const type = { "content-type": "application/json", "content-encoding": "gzip" }
            const answer = yield* gateway.send(body, type)
            refused(answer, 415, packed, false)
            assert.strictEqual(answer.headers.get("accept-encoding"), "identity")
          }
          assert.strictEqual((yield* gateway.get(`/orders/${order.request_id}`)).status, 404)
          const fine = [
            "application/json; charset=utf-8",
            "APPLICATION/JSON",
            "application/json;charset=\"UTF8\"",
            "application/json; x=y"
          ]
          for (const type of fine) {
            const answer = yield* gateway.send(JSON.stringify(fresh()), { "content-type": type })
            assert.strictEqual(answer.status, 202, type)
          }
        }),
      TEST_TIMEOUT
    )

    it.effect("429: more than a user may send; others may still", () =>
      Effect.gen(function*() {
        const user_id = `${run}-eager`
        for (let n = 1; n <= MAX_REQUESTS; n++) {
          const { headers, status } = yield* send(fresh({ user_id }))
          assert.deepStrictEqual([status, headers.get("ratelimit")], [202, `"user";r=${MAX_REQUESTS - n}`])
        }
        const answer = yield* send(fresh({ user_id }))
        const seconds = answer.headers.get("retry-after")
        assert.strictEqual(answer.headers.get("ratelimit"), `"user";r=0;t=${seconds}`)
        assert.strictEqual(answer.headers.get("ratelimit-policy"), `"user";q=${MAX_REQUESTS};w=60`)
        refused(answer, 429, { error: "Rate limit exceeded", code: "rate_limited", remaining_requests: 0 }, true)
        assert.isAtMost(Number(answer.headers.get("retry-after")), 60)
        assert.strictEqual((yield* send(fresh())).status, 202)
      }), TEST_TIMEOUT)

    it.effect("503: no log, a full line, an unknown outcome, no store", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        unavailable(yield* during({ log: "full" }, send(fresh())), "overloaded")
        unavailable(yield* during({ log: "away" }, send(fresh())), "log_unavailable")
        const order = fresh()
        unavailable(yield* during({ log: "lost" }, send(order)), "outcome_unknown")
        yield* TestGateway.until(gateway.get(`/orders/${order.request_id}`), ({ status }) => status === 200)
        assert.strictEqual((yield* send(order)).status, 409)
        for (const path of [`/orders/${order.request_id}`, `/items/${item("plenty")}`]) {
          unavailable(yield* during({ store: "away" }, gateway.get(path)), "store_unavailable")
        }
        assert.strictEqual((yield* during({ store: "away" }, send(fresh()))).status, 202)
      }), TEST_TIMEOUT)

    it.effect("503: the breaker is open, and says when to come back", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* during(
          { log: "away" },
          Effect.gen(function*() {
            yield* TestGateway.until(send(fresh()), ({ body }) => body["code"] === "breaker_open")
            const order = fresh()
            unavailable(yield* send(order), "breaker_open")
            const health = yield* gateway.get("/health")
            assert.deepStrictEqual([health.status, health.body["circuit_breaker_state"]], [503, "open"])
          })
        )
        yield* TestGateway.until(gateway.get("/health"), ({ status }) => status === 200)
        assert.strictEqual((yield* send(fresh())).status, 202)
      }), TEST_TIMEOUT)

    it.effect("500: a bug, of which the answer says nothing", () =>
      Effect.gen(function*() {
        const bug = { error: "Internal server error", code: "internal_error" }
        const answer = yield* during({ log: "bug" }, send(fresh()))
        refused(answer, 500, bug, true)
        assert.notInclude(answer.text, BUG)
        assert.strictEqual((yield* send(fresh())).status, 202)
      }), TEST_TIMEOUT)

    it.effect(
      "every answer is a value of its type for a client that is made from the definition",
      () =>
        Effect.gen(function*() {
          const client = yield* typed
          const buy = (fields: ReturnType<typeof fresh>) => client.orders.buy({ payload: orderOf(fields) })
          const order = fresh()
          const queued = yield* buy(order)
          assert.strictEqual(queued.body.status, "Order Queued")
          assert.strictEqual(queued.headers.location, `/orders/${order.request_id}`)
          const view = yield* client.orders.order({ params: { request_id: RequestId.make(order.request_id) } })
          assert.strictEqual(view.item_id, order.item_id)
          const tagOf = (fields: ReturnType<typeof fresh>) => Effect.map(Effect.flip(buy(fields)), ({ _tag }) => _tag)
          assert.strictEqual(yield* tagOf(order), "DuplicateRequest")
          assert.strictEqual(yield* tagOf({ ...order, amount: 2 }), "RequestIdReused")
          assert.strictEqual(yield* tagOf(fresh({ item_id: item("nothing") })), "UnknownItem")
          assert.strictEqual(yield* tagOf(fresh({ item_id: item("last") })), "SoldOut")
          assert.strictEqual(yield* tagOf(fresh({ item_id: item("capped"), amount: 4 })), "LimitReached")
          assert.strictEqual(yield* tagOf(fresh({ user_id: `${run}-eager` })), "RateLimited")
          assert.strictEqual(yield* during({ log: "full" }, tagOf(fresh())), "Unavailable")
          assert.strictEqual(yield* during({ log: "bug" }, tagOf(fresh())), "InternalError")
          yield* TestGateway.sale(item("sale"), { paused: true })
          assert.strictEqual(yield* tagOf(fresh({ item_id: item("sale") })), "SaleClosed")
          const counts = yield* client.items.item({ params: { item_id: ItemId.make(item("last")) } })
          assert.deepStrictEqual([counts.available, counts.held, counts.sold], [0, 0, 1])
          assert.strictEqual((yield* client.system.health()).status, "healthy")
        }).pipe(Effect.provide(NodeHttpClient.layerUndici)),
      TEST_TIMEOUT
    )
  })

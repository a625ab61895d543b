/** Every answer of the front gateway, over a real socket. */
import { assert, layer } from "@effect/vitest"
import * as AsyncApi from "@flash-sale/domain/api/asyncapi/AsyncApi"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import { release } from "@flash-sale/infra/http/Release"
import { Effect } from "effect"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway

layer(TestGateway.layer(), { excludeTestServices: true })("Answers of the gateway", (it) => {
  it.effect("the gateway accepts an order, and says where its status is and what it becomes", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 5)
      const answer = yield* gateway.send(order({ request_id: "a/1 ü" }))
      assert.strictEqual(answer.status, 202)
      const { correlation_id, estimated_wait_ms, processing_time_ms, ...rest } = answer.body
      assert.deepStrictEqual(rest, { status: "Order Queued", request_id: "a/1 ü" })
      assert.match(String(correlation_id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.isTrue(Number.isInteger(processing_time_ms))
      assert.isTrue(Number.isInteger(estimated_wait_ms))
      const location = answer.headers.get("location") ?? ""
      assert.strictEqual(location, "/orders/a%2F1%20%C3%BC")
      const final = yield* TestGateway.until(gateway.get(location), ({ body }) => body["status"] === "COMPLETED")
      const { updated_at, ...body } = final.body
      assert.deepStrictEqual(body, {
        request_id: "a/1 ü",
        item_id: "101",
        amount: 1,
        status: "COMPLETED",
        attempt: 1,
        correlation_id
      })
      assert.strictEqual(new Date(String(updated_at)).toISOString(), updated_at)
      const { now, ...item } = (yield* gateway.get("/items/101")).body
      assert.strictEqual(new Date(String(now)).toISOString(), now)
      assert.deepStrictEqual(item, {
        item_id: "101",
        available: 4,
        held: 0,
        sold: 1,
        sale: { paused: false }
      })
    }))

  it.effect("a retry gets the status of its order, and another order under the same id is refused", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("102", 1)
      const first = order({ request_id: "b-1", item_id: "102" })
      assert.strictEqual((yield* gateway.send(first)).status, 202)
      yield* TestGateway.until(gateway.get("/orders/b-1"), ({ body }) => body["status"] === "COMPLETED")
      // The item is sold out by now; the retry gets the status of its own order all the same.
      const retry = yield* gateway.send(first)
      assert.strictEqual(retry.status, 409)
      assert.strictEqual(retry.body["error"], "Duplicate Request Detected")
      assert.strictEqual(retry.body["code"], "duplicate_request")
      assert.strictEqual(retry.body["order_status"], "COMPLETED")
      assert.strictEqual(retry.body["retryable"], false)
      const token = yield* gateway.send(order({ request_id: "b-1", item_id: "102", payment_token: "tok-2" }))
      assert.strictEqual(token.status, 409)
      for (const change of [{ amount: 2 }, { user_id: "u-2" }, { item_id: "101" }]) {
        const other = yield* gateway.send(order({ request_id: "b-1", item_id: "102", ...change }))
        assert.strictEqual(other.status, 422)
        assert.strictEqual(other.body["code"], "request_id_reused")
      }
      const late = yield* gateway.send(order({ request_id: "b-2", item_id: "102" }))
      assert.strictEqual(late.status, 410)
      assert.strictEqual(late.body["code"], "sold_out")
      assert.strictEqual((yield* gateway.get("/orders/b-2")).status, 404)
    }))

  it.effect("the gateway accepts one of many orders that come at once under the same id", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("103", 50)
      const body = order({ request_id: "c-1", item_id: "103" })
      const answers = yield* Effect.all(Array.from({ length: 40 }, () => gateway.send(body)), {
        concurrency: "unbounded"
      })
      const statuses = answers.map(({ status }) => status)
      assert.strictEqual(statuses.filter((status) => status === 202).length, 1)
      for (const { body, status } of answers) {
        if (status === 503) assert.strictEqual(body["code"], "outcome_unknown")
        else assert.include([202, 409], status)
      }
      yield* TestGateway.until(gateway.get("/orders/c-1"), ({ body }) => body["status"] === "COMPLETED")
      assert.strictEqual((yield* gateway.get("/items/103")).body["sold"], 1)
    }))

  it.effect("an order of an unknown, paused, closed or not yet open sale gets the reason", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const buy = (item_id: string) => gateway.send(order({ request_id: `d-${item_id}`, item_id }))
      const unknown = yield* buy("nothing")
      assert.strictEqual(unknown.status, 404)
      assert.strictEqual(unknown.body["code"], "unknown_item")
      assert.strictEqual((yield* gateway.get("/items/nothing")).status, 404)
      yield* TestGateway.stock("104", 5)
      const opensAt = Date.UTC(2100, 0, 1)
      const cases = [
        [{ paused: true }, "paused", true],
        [{ paused: false, opensAt }, "not_open", true],
        [{ opensAt: null, closesAt: 1_000 }, "closed", false]
      ] as const
      for (const [patch, code, retryable] of cases) {
        yield* TestGateway.sale("104", patch)
        const answer = yield* buy("104")
        assert.strictEqual(answer.status, 403)
        assert.strictEqual(answer.body["code"], code)
        assert.strictEqual(answer.body["retryable"], retryable)
        assert.strictEqual(answer.body["opens_at"], code === "not_open" ? "2100-01-01T00:00:00.000Z" : undefined)
        assert.strictEqual(answer.headers.has("retry-after"), code === "not_open")
      }
      yield* TestGateway.sale("104", { closesAt: null, price: 1999, currency: "EUR", perUserLimit: 2 })
      assert.deepStrictEqual((yield* gateway.get("/items/104")).body["sale"], {
        paused: false,
        per_user_limit: 2,
        price: 1999,
        currency: "EUR"
      })
      assert.strictEqual((yield* buy("104")).status, 202)
    }))

  it.effect("a caller's correlation id is taken where it is valid", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const send = (id: string) =>
        gateway.send(order({ item_id: "nothing" }), { "content-type": "application/json", "x-correlation-id": id })
      const taken = yield* send("shop-1.2:3")
      assert.strictEqual(taken.body["correlation_id"], "shop-1.2:3")
      assert.strictEqual(taken.headers.get("x-correlation-id"), "shop-1.2:3")
      const replaced = yield* send("not valid {}")
      assert.match(String(replaced.body["correlation_id"]), /^[0-9a-f-]{36}$/)
    }))

  it.effect("the gateway serves the AsyncAPI document of its events, which a POST does not get", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const answer = yield* gateway.get("/asyncapi.json")
      assert.strictEqual(answer.headers.get("content-type"), "application/json")
      assert.deepStrictEqual(answer.body, JSON.parse(JSON.stringify(AsyncApi.document())))
      assert.strictEqual((yield* gateway.ask("HEAD", "/asyncapi.json")).status, 200)
      assert.strictEqual((yield* gateway.ask("POST", "/asyncapi.json")).status, 405)
    }))

  it.effect("the gateway serves its OpenAPI document", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const { body } = yield* gateway.get("/openapi.json")
      assert.containsAllKeys(body["paths"], ["/buy", "/orders/{request_id}", "/items/{item_id}", "/health"])
      for (const method of ["GET", "POST"]) {
        const page = yield* gateway.ask(method, "/docs")
        assert.deepStrictEqual([page.status, page.body["code"]], [404, "not_found"])
      }
      const version = yield* gateway.get("/version")
      assert.strictEqual(version.status, 200)
      assert.deepStrictEqual(version.body, {
        name: "flash-sale-engine",
        version: release.version,
        rules_version: RULES_VERSION,
        node: process.versions.node
      })
      const health = yield* gateway.get("/health")
      assert.strictEqual(health.status, 200)
      assert.deepStrictEqual(health.body, {
        status: "healthy",
        redis: true,
        kafka: true,
        circuit_breaker_state: "closed"
      })
    }))
})

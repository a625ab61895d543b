/** What the buyer gets while the log or the store is away, and what is left behind. */
import { assert, layer } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Duration, Effect } from "effect"
import { connect } from "node:net"
import { Faults } from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway
const engine = () => TestGateway.layer({ rateLimit: { maxRequests: 3, window: Duration.minutes(1) } })

layer(engine(), { excludeTestServices: true })("Failures of the log", (it) => {
  it.effect("an append that is refused for sure releases the request id", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      yield* TestGateway.stock("101", 10)
      faults.log = "away"
      const refused = yield* gateway.send(order({ request_id: "e-1", user_id: "e" }))
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(refused.body["error"], "Service temporarily unavailable")
      assert.strictEqual(refused.body["code"], "log_unavailable")
      assert.strictEqual(refused.body["retryable"], true)
      assert.strictEqual(refused.headers.get("retry-after"), "1")
      faults.log = "fine"
      assert.strictEqual((yield* gateway.send(order({ request_id: "e-1", user_id: "e" }))).status, 202)
    }))

  it.effect("an append with an unknown outcome keeps the request id until the log shows the outcome", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      faults.log = "lost"
      const body = order({ request_id: "f-1", user_id: "f" })
      const lost = yield* gateway.send(body)
      faults.log = "fine"
      assert.strictEqual(lost.status, 503)
      assert.strictEqual(lost.body["code"], "outcome_unknown")
      // It is in the log: the processor writes its status over the claim, and the retry gets it.
      yield* TestGateway.until(gateway.get("/orders/f-1"), ({ status }) => status === 200)
      const retry = yield* gateway.send(body)
      assert.strictEqual(retry.status, 409)
    }))

  it.effect("an append that finds its queue full is an overload, and no fault of the log", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      faults.log = "full"
      for (let n = 0; n < 4; n++) {
        const answer = yield* gateway.send(order({ request_id: `g-${n}`, user_id: `g-${n}` }))
        assert.strictEqual(answer.body["code"], "overloaded")
      }
      faults.log = "fine"
      assert.strictEqual((yield* gateway.send(order({ request_id: "g-0", user_id: "g-0" }))).status, 202)
    }))

  it.effect("an append goes on after the buyer has hung up", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const body = order({ request_id: "h-1", user_id: "h" })
      yield* Effect.callback<void>((resume) => {
        const socket = connect(gateway.port, "127.0.0.1", () => {
          const head =
            `POST /buy HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`
          socket.write(`${head}\r\n\r\n${body}`, () => socket.destroy())
        })
        socket.on("close", () => resume(Effect.void))
      })
      // Whichever came first, the order or the hanging up: there is one order afterwards, and it can be asked for.
      const again = yield* TestGateway.until(gateway.send(body), ({ status }) => status !== 503)
      assert.include([202, 409], again.status)
      yield* TestGateway.until(gateway.get("/orders/h-1"), ({ body }) => body["status"] === "COMPLETED")
    }))
})

layer(engine(), { excludeTestServices: true })("Failures of the store", (it) => {
  it.effect("each user's orders are limited, and retries of the same order cost nothing", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 10)
      const buy = (n: number) => gateway.send(order({ request_id: `i-${n}`, user_id: "i" }))
      for (const n of [1, 2, 3]) assert.strictEqual((yield* buy(n)).status, 202)
      assert.strictEqual((yield* buy(1)).status, 409)
      const over = yield* buy(4)
      assert.strictEqual(over.status, 429)
      assert.strictEqual(over.body["error"], "Rate limit exceeded")
      assert.strictEqual(over.body["remaining_requests"], 0)
      assert.isAtMost(Number(over.body["retry_after_seconds"]), 60)
      assert.strictEqual(over.headers.get("retry-after"), String(over.body["retry_after_seconds"]))
      assert.strictEqual((yield* gateway.send(order({ request_id: "j-1", user_id: "j" }))).status, 202)
    }))

  it.effect("while the store is away orders are accepted, and look-ups are not answered", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      faults.store = "away"
      const buy = (n: number) => gateway.send(order({ request_id: `k-${n}`, user_id: "k" }))
      for (const n of [1, 2, 3]) assert.strictEqual((yield* buy(n)).status, 202)
      assert.strictEqual((yield* buy(4)).status, 429)
      for (const path of ["/orders/k-1", "/items/101"]) {
        const answer = yield* gateway.get(path)
        assert.strictEqual(answer.status, 503)
        assert.strictEqual(answer.body["code"], "store_unavailable")
      }
      assert.strictEqual((yield* gateway.get("/readyz")).status, 200)
      assert.strictEqual((yield* gateway.get("/livez")).status, 200)
      const health = yield* gateway.get("/health")
      assert.strictEqual(health.status, 503)
      assert.deepStrictEqual(health.body, {
        status: "unhealthy",
        redis: false,
        kafka: true,
        circuit_breaker_state: "closed"
      })
      faults.store = "fine"
      // Accepted without a claim: the store does not know it yet, and no answer says that it was never placed.
      const standings = new Set<number>()
      yield* TestGateway.until(
        Effect.tap(gateway.get("/orders/k-3"), ({ status }) => Effect.sync(() => standings.add(status))),
        ({ body }) => body["status"] === "COMPLETED"
      )
      assert.isFalse(standings.has(404))
    }))
})

layer(engine(), { excludeTestServices: true })("Stopped items", (it) => {
  it.effect("a read of a stopped item says so; its orders are accepted, as the log decides", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      yield* TestGateway.stock("101", 10)
      faults.store = "damaged"
      const answer = yield* gateway.get("/items/101")
      const taken = yield* gateway.send(order({ request_id: "m-1", user_id: "m" }))
      faults.store = "fine"
      assert.deepStrictEqual([answer.status, answer.body["code"]], [503, "item_stopped"])
      assert.strictEqual(taken.status, 202)
      yield* TestGateway.until(gateway.get("/orders/m-1"), ({ body }) => body["status"] === "COMPLETED")
    }))
})

layer(engine(), { excludeTestServices: true })("The breaker at the gateway", (it) => {
  it.effect("the breaker opens, answers without a trace, and closes by itself", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      const log = yield* OrderLog
      yield* TestGateway.stock("101", 10)
      faults.log = "away"
      const buy = (n: number) => gateway.send(order({ request_id: `l-${n}`, user_id: `l-${n}` }))
      for (const n of [1, 2, 3]) assert.strictEqual((yield* buy(n)).body["code"], "log_unavailable")
      const open = yield* buy(4)
      assert.strictEqual(open.status, 503)
      assert.strictEqual(open.body["code"], "breaker_open")
      assert.strictEqual(open.headers.get("retry-after"), "1")
      const health = yield* gateway.get("/health")
      assert.strictEqual(health.status, 503)
      assert.strictEqual(health.body["circuit_breaker_state"], "open")
      const metrics = yield* gateway.get("/metrics")
      assert.match(metrics.text, /^gateway_circuit_breaker_state 1$/m)
      faults.log = "fine"
      assert.isTrue(yield* log.isUp)
      yield* TestGateway.until(gateway.get("/health"), ({ status }) => status === 200)
      assert.strictEqual((yield* buy(4)).status, 202)
    }))
})

layer(engine(), { excludeTestServices: true })("Counters of the gateway", (it) => {
  it.effect("the counters add up: received is what was queued, refused and failed", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      yield* TestGateway.stock("101", 3)
      const send = (fields: Record<string, unknown>) => gateway.send(order({ user_id: "m", ...fields }))
      yield* send({ request_id: "m-1" })
      yield* send({ request_id: "m-1" })
      yield* send({ request_id: "m-1", amount: 2 })
      yield* send({ request_id: "m-2", item_id: "nothing" })
      yield* send({ request_id: "m-3", amount: 900 })
      yield* send({ request_id: "m-4", amount: -1 })
      yield* send({ request_id: "m-5", padding: "x".repeat(20_000) })
      yield* gateway.send(order(), { "content-type": "text/plain" })
      yield* gateway.send("{")
      faults.log = "away"
      yield* send({ request_id: "m-6", user_id: "n" })
      faults.log = "fine"
      const { text } = yield* gateway.get("/metrics")
      const series = Object.fromEntries(
        text.split("\n").flatMap((line) => {
          const [, name, value] = /^(gateway_orders_\S+) (\d+)$/.exec(line) ?? []
          return name !== undefined && value !== "0" ? [[name, Number(value)]] : []
        })
      )
      assert.deepStrictEqual(series, {
        gateway_orders_received_total: 10,
        gateway_orders_successful_total: 1,
        gateway_orders_idempotency_rejected_total: 1,
        gateway_orders_sold_out_total: 1,
        gateway_orders_validation_failed_total: 2,
        gateway_orders_failed_total: 1,
        "gateway_orders_failures_total{reason=\"log_unavailable\"}": 1,
        "gateway_orders_refused_total{reason=\"request_id_reused\"}": 1,
        "gateway_orders_refused_total{reason=\"unknown_item\"}": 1,
        "gateway_orders_refused_total{reason=\"body_too_large\"}": 1,
        "gateway_orders_refused_total{reason=\"unsupported_media_type\"}": 1
      })
      assert.match(text, /^gateway_request_duration_seconds_count 10$/m)
    }))
})

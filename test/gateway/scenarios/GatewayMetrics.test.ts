/** Every metric of the gateway, moved by what it counts and right to the number. */
import { assert, layer } from "@effect/vitest"
import { CREDENTIAL_FAILURES } from "@flash-sale/gateway/access/CredentialChecks"
import { Duration, Effect, Fiber } from "effect"
import * as Samples from "../../infra/observability/metrics/Samples.ts"
import * as Clients from "../../servers/Clients.ts"
import { Faults } from "../FaultSwitches.ts"
import { CallerSwitches } from "../TestCallers.ts"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway

const USER_LIMIT = 3

const engine = (soldOutCache: Duration.Duration) =>
  TestGateway.layer({
    rateLimit: { maxRequests: USER_LIMIT, window: Duration.minutes(1) },
    breaker: {
      failureThreshold: 3,
      successThreshold: 1,
      baseTimeout: Duration.seconds(30),
      maxTimeout: Duration.seconds(30)
    },
    soldOutCache,
    allowedHosts: new Set(["orders.shop.example"]),
    keyMaxInFlight: 1
  })

const samples = Effect.flatMap(
  TestGateway.TestGateway,
  (gateway) => Effect.map(gateway.get("/metrics"), ({ text }) => Samples.parse(text))
)

/** Sends orders and says what they moved, but for time. */
const movedBy = <E, R>(send: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function*() {
    const before = yield* samples
    yield* send
    const moved = Samples.only(Samples.changes(before, yield* samples), (name) =>
      !/batch|kafka|_up$|_callers_|_connections$|route="else"/.test(name))
    return moved
  })

/** What one answer of this status to an order moves beside the counters of its own. */
const answered = (status: number, times = 1) => ({
  gateway_orders_received_total: times,
  gateway_request_duration_seconds_count: times,
  [`gateway_answers_total{route="buy",status="${status}"}`]: times
})

const refused = (reason: string, status: number) => ({
  ...answered(status),
  [`gateway_orders_refused_total{reason="${reason}"}`]: 1
})

/** Refused for who sends it. */
const denied = (reason: string, status: number) => ({
  ...refused(reason, status),
  [`gateway_auth_failures_total{reason="${reason}"}`]: 1
})

const failed = (reason: string) => ({
  ...answered(503),
  gateway_orders_failed_total: 1,
  [`gateway_orders_failures_total{reason="${reason}"}`]: 1
})

const send = (fields: Readonly<Record<string, unknown>>) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.send(order(fields)))
const sendText = (text: string, headers?: Record<string, string>) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.send(text, headers))

/** Sends an order of the user `u` with this key or token. */
const sendBy = (authorization: string, request_id = `by ${authorization}`) =>
  sendText(order({ request_id, user_id: "u" }), {
    "content-type": "application/json",
    authorization
  })

/** Each refusal of an order for who sends it. */
const deniedOrders = Effect.gen(function*() {
  const cases = [
    ["Bearer garbage", "unauthenticated", 401],
    ["Bearer token of-two-days", "token_too_long", 401],
    ["Bearer reader", "missing_scope", 403],
    ["Bearer buyer other", "wrong_user", 403],
    ["Bearer buyer u other", "wrong_item", 403]
  ] as const
  for (const [authorization, reason, status] of cases) {
    assert.deepStrictEqual(yield* movedBy(sendBy(authorization)), denied(reason, status))
  }
  const faults = yield* Faults
  faults.log = "held"
  const moved = yield* movedBy(Effect.gen(function*() {
    const both = yield* Effect.forEach(["one", "two"], (id) => Effect.forkChild(sendBy("Bearer shop", id)))
    yield* Clients.until(() => both.some((each) => each.pollUnsafe() !== undefined))
    faults.log = "fine"
    yield* Effect.forEach(both, Fiber.join)
  }))
  assert.strictEqual(moved["gateway_orders_refused_total{reason=\"quota_exceeded\"}"], 1)
  for (let n = 2; n <= CREDENTIAL_FAILURES.max; n++) yield* sendBy("Bearer garbage")
  assert.deepStrictEqual(yield* movedBy(sendBy("Bearer garbage")), denied("too_many_failures", 429))
})

/** Moved by two releases beside each other: test/gateway/guards/Upgrading.test.ts. */
const OF_UPGRADES = "{reason=\"upgrading\"}"

/** No reason is listed that nothing moves. */
const everyReasonHasMoved = (name: string) =>
  Effect.map(samples, (all) => {
    const reasons = [...all].filter(([sample]) => sample.startsWith(`${name}{`))
    assert.isAbove(reasons.length, 5)
    assert.deepStrictEqual(reasons.filter(([sample, value]) => value === 0 && !sample.endsWith(OF_UPGRADES)), [])
  })

/** Received is successful, refused and failed, and each was answered. */
const addUp = Effect.gen(function*() {
  const all = yield* samples
  const sum = (...names: ReadonlyArray<string>) =>
    [...all].filter(([name]) => names.some((one) => name === one || name.startsWith(`${one}{`)))
      .reduce((total, [, value]) => total + value, 0)
  const received = sum("gateway_orders_received_total")
  assert.isAbove(received, 5)
  assert.strictEqual(
    sum(
      "gateway_orders_successful_total",
      "gateway_orders_failed_total",
      "gateway_orders_validation_failed_total",
      "gateway_orders_idempotency_rejected_total",
      "gateway_orders_rate_limited_total",
      "gateway_orders_sold_out_total",
      "gateway_orders_refused_total"
    ),
    received
  )
  assert.strictEqual(sum("gateway_orders_failures_total"), sum("gateway_orders_failed_total"))
  const buys = [...all].filter(([name]) => name.startsWith("gateway_answers_total{route=\"buy\""))
  assert.strictEqual(buys.reduce((total, [, value]) => total + value, 0), received)
  assert.strictEqual(sum("gateway_request_duration_seconds_count"), received)
  assert.strictEqual(sum("gateway_admission_batch_orders_sum") > 0, true)
  // Looking at the metrics is an answer as well.
  assert.isAbove(all.get("gateway_answers_total{route=\"else\",status=\"200\"}") ?? 0, 5)
})

layer(engine(Duration.zero), { excludeTestServices: true })("The gateway's metrics", (it) => {
  it.effect("the gateway's metrics count an accepted order, and every way in which one is refused", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("101", 50)
      yield* TestGateway.stock("few", 1)
      yield* TestGateway.stock("shut", 1)
      const of = (request_id: string, more = {}) => send({ request_id, user_id: request_id, ...more })
      assert.deepStrictEqual(yield* movedBy(of("ok")), { ...answered(202), gateway_orders_successful_total: 1 })
      assert.deepStrictEqual(yield* movedBy(of("ok")), {
        ...answered(409),
        gateway_orders_idempotency_rejected_total: 1
      })
      assert.deepStrictEqual(yield* movedBy(of("ok", { amount: 2 })), refused("request_id_reused", 422))
      assert.deepStrictEqual(yield* movedBy(of("much", { item_id: "few", amount: 2 })), {
        ...answered(410),
        gateway_orders_sold_out_total: 1
      })
      assert.deepStrictEqual(yield* movedBy(of("what", { item_id: "nothing" })), refused("unknown_item", 404))
      const twice = Effect.andThen(sendText("{"), send({ amount: 0 }))
      assert.deepStrictEqual(yield* movedBy(twice), {
        ...answered(400, 2),
        gateway_orders_validation_failed_total: 2
      })
      assert.deepStrictEqual(
        yield* movedBy(sendText(order(), { "content-type": "text/plain" })),
        refused("unsupported_media_type", 415)
      )
      const { sendAt, sendTo } = yield* TestGateway.TestGateway
      const json = { "content-type": "application/json" }
      assert.deepStrictEqual(
        yield* movedBy(sendText(order(), { ...json, "sec-fetch-site": "cross-site" })),
        refused("cross_site", 403)
      )
      assert.deepStrictEqual(
        yield* movedBy(sendAt("evil.example", order())),
        refused("unknown_host", 421)
      )
      for (const path of ["/buy/", "//buy", "/BUY"]) {
        assert.deepStrictEqual(yield* movedBy(sendTo(path, order())), refused("not_found", 404))
      }
      assert.deepStrictEqual(
        yield* movedBy(sendText(order({ padding: "x".repeat(17_000) }))),
        refused("body_too_large", 413)
      )
      const opensAt = Date.UTC(2100, 0, 1)
      const sales = [
        [{ paused: true }, "paused"],
        [{ paused: false, opensAt }, "not_open"],
        [{ opensAt: null, closesAt: 1_000 }, "closed"]
      ] as const
      for (const [patch, reason] of sales) {
        yield* TestGateway.sale("shut", patch)
        assert.deepStrictEqual(yield* movedBy(of(reason, { item_id: "shut" })), refused(reason, 403))
      }
      yield* TestGateway.sale("101", { perUserLimit: 1 })
      assert.deepStrictEqual(yield* movedBy(of("capped", { amount: 2 })), refused("limit", 403))
      yield* TestGateway.sale("101", { perUserLimit: null })
      const greedy = Effect.forEach(
        Array.from({ length: USER_LIMIT + 2 }, (_, n) => n),
        (n) => send({ request_id: `greedy-${n}`, user_id: "greedy" })
      )
      assert.deepStrictEqual(yield* movedBy(greedy), {
        gateway_orders_received_total: USER_LIMIT + 2,
        gateway_request_duration_seconds_count: USER_LIMIT + 2,
        gateway_orders_successful_total: USER_LIMIT,
        gateway_orders_rate_limited_total: 2,
        "gateway_answers_total{route=\"buy\",status=\"202\"}": USER_LIMIT,
        "gateway_answers_total{route=\"buy\",status=\"429\"}": 2
      })
      yield* deniedOrders
      yield* addUp
      yield* everyReasonHasMoved("gateway_orders_refused_total")
    }))
})

// Long enough for what was read to be known still when the store is switched off.
layer(engine(Duration.seconds(10)), { excludeTestServices: true })("The gateway's metrics of failures", (it) => {
  it.effect("the gateway's metrics count failures by reason, and show the breaker", () =>
    Effect.gen(function*() {
      const faults = yield* Faults
      yield* TestGateway.stock("101", 50)
      yield* TestGateway.stock("gone", 1)
      const of = (request_id: string, more = {}) => send({ request_id, user_id: request_id, ...more })
      // Read, and known to be sold out.
      yield* of("look", { item_id: "gone", amount: 2 })
      faults.store = "away"
      assert.deepStrictEqual(
        yield* movedBy(of("unread", { item_id: "gone", amount: 2 })),
        failed("store_unavailable")
      )
      faults.store = "fine"
      const callers = yield* CallerSwitches
      callers.isAway = true
      assert.deepStrictEqual(yield* movedBy(sendBy("Bearer buyer u")), {
        ...failed("keys_unavailable"),
        "gateway_auth_failures_total{reason=\"keys_unavailable\"}": 1
      })
      faults.log = "full"
      assert.deepStrictEqual(yield* movedBy(of("late")), failed("overloaded"))
      faults.log = "bug"
      assert.deepStrictEqual(yield* movedBy(of("bug")), {
        ...answered(500),
        gateway_orders_failed_total: 1,
        "gateway_orders_failures_total{reason=\"internal_error\"}": 1
      })
      faults.log = "fine"
      yield* of("between")
      faults.log = "lost"
      assert.deepStrictEqual(yield* movedBy(of("lost")), failed("outcome_unknown"))
      faults.log = "away"
      assert.deepStrictEqual(yield* movedBy(of("away-1")), failed("log_unavailable"))
      assert.deepStrictEqual(yield* movedBy(of("away-2")), {
        ...failed("log_unavailable"),
        gateway_circuit_breaker_state: 1
      })
      assert.deepStrictEqual(yield* movedBy(of("open")), failed("breaker_open"))
      faults.log = "fine"
      yield* addUp
      yield* everyReasonHasMoved("gateway_orders_failures_total")
    }))
})

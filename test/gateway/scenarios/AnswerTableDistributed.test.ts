/** The answer table on a real Kafka and a real Redis, and what only they can show. */
import { assert, layer } from "@effect/vitest"
import * as Infra from "@flash-sale/infra/Infra"
import { Context, Duration, Effect, Layer } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as AnswerTable from "../AnswerTable.ts"
import { Faults } from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 60_000
/** An open breaker asks no server: it answers within a few milliseconds. A median, so that no pause counts. */
const AT_ONCE = 10

const kafka = settingsAt(needed(kafkaAddr()))

const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
}))
const engine = (change: Parameters<typeof TestGateway.layer>[0]) =>
  TestGateway.layerOver(ports, change).pipe(Layer.provideMerge(OwnRedis.layerStopped))

AnswerTable.suite(
  "on Kafka and Redis",
  engine({
    allowedHosts: AnswerTable.HOSTS,
    rateLimit: { maxRequests: AnswerTable.MAX_REQUESTS, window: Duration.minutes(1) }
  })
)

const breaker = {
  failureThreshold: 3,
  successThreshold: 1,
  baseTimeout: Duration.hours(1),
  maxTimeout: Duration.hours(1)
}

layer(engine({}), { excludeTestServices: true, timeout: TEST_TIMEOUT })("Gateways beside each other", (it) => {
  it.effect(
    "two gateways accept one of the orders that come at once under one request id",
    () =>
      Effect.gen(function*() {
        const here = yield* TestGateway.TestGateway
        const there = Context.get(yield* Layer.build(TestGateway.layerGateway()), TestGateway.TestGateway)
        yield* TestGateway.stock("101", 100)
        for (let n = 0; n < 10; n++) {
          const body = TestGateway.order({ request_id: `both-${n}`, user_id: `u-${n}` })
          const asked = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? here : there).send(body))
          const statuses = (yield* Effect.all(asked, { concurrency: "unbounded" })).map(({ status }) => status)
          assert.deepStrictEqual(statuses.toSorted(), [202, ...Array.from({ length: 39 }, () => 409)])
          yield* TestGateway.until(there.get(`/orders/both-${n}`), ({ body }) => body["status"] === "COMPLETED")
        }
        assert.strictEqual((yield* here.get("/items/101")).body["sold"], 10)
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )
})

layer(engine({}), { excludeTestServices: true, timeout: TEST_TIMEOUT })("An order whose status is gone", (it) => {
  it.effect(
    "a buyer at the limit whose order lost its status gets it again by the retry, and buys once",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const { cli } = yield* OwnRedis.OwnRedis
        yield* TestGateway.stock("gone", 10)
        yield* TestGateway.sale("gone", { perUserLimit: 1 })
        const body = TestGateway.order({ request_id: "gone-1", user_id: "gone", item_id: "gone" })
        const completed = TestGateway.until(
          gateway.get("/orders/gone-1"),
          ({ body }) => body["status"] === "COMPLETED"
        )
        assert.strictEqual((yield* gateway.send(body)).status, 202)
        yield* completed
        yield* cli("DEL", "order_status:gone-1")
        assert.strictEqual((yield* gateway.send(body)).status, 202)
        yield* completed
        assert.strictEqual((yield* gateway.get("/items/gone")).body["sold"], 1)
        const another = TestGateway.order({ request_id: "gone-2", user_id: "gone", item_id: "gone" })
        assert.strictEqual((yield* gateway.send(another)).body["code"], "limit")
      }),
    TEST_TIMEOUT
  )
})

layer(engine({ breaker }), { excludeTestServices: true, timeout: TEST_TIMEOUT })("An open breaker", (it) => {
  it.effect("an open breaker answers at once, and leaves no trace in Redis", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      const { cli } = yield* OwnRedis.OwnRedis
      const buy = (n: number) => gateway.send(TestGateway.order({ request_id: `open-${n}`, user_id: `u-${n}` }))
      yield* TestGateway.stock("101", 10)
      assert.strictEqual((yield* buy(0)).status, 202)
      faults.log = "away"
      let n = 1
      yield* TestGateway.until(Effect.suspend(() => buy(n++)), ({ body }) => body["code"] === "breaker_open")
      faults.log = "fine"
      const keys = yield* cli("KEYS", "*open-*")
      const millis: Array<number> = []
      for (let asked = 0; asked < 200; asked++) {
        const begun = performance.now()
        const answer = yield* buy(1_000 + asked)
        millis.push(performance.now() - begun)
        assert.strictEqual(answer.body["code"], "breaker_open")
      }
      assert.isBelow(millis.toSorted((a, b) => a - b)[100]!, AT_ONCE)
      assert.deepStrictEqual(yield* cli("KEYS", "*open-*"), keys)
      assert.deepStrictEqual(yield* cli("KEYS", "ratelimit:u-1???"), [])
    }), TEST_TIMEOUT)
})

layer(engine({}), { excludeTestServices: true, timeout: TEST_TIMEOUT })("A Redis that was killed", (it) => {
  it.effect(
    "after Redis was killed, no gateway says of an accepted order that it was never placed",
    () =>
      Effect.gen(function*() {
        const here = yield* TestGateway.TestGateway
        const there = Context.get(yield* Layer.build(TestGateway.layerGateway()), TestGateway.TestGateway)
        const redis = yield* OwnRedis.OwnRedis
        yield* TestGateway.stock("101", 10)
        // Both have seen it, and what it does not know is unknown.
        for (const gateway of [here, there]) {
          yield* TestGateway.until(gateway.get("/orders/killed"), ({ status }) => status === 404)
        }
        yield* redis.kill
        yield* TestGateway.until(here.send(TestGateway.order({ request_id: "killed" })), ({ status }) => status === 202)
        yield* redis.start
        const statuses = new Set<number>()
        for (const gateway of [there, here]) {
          yield* TestGateway.until(
            Effect.tap(gateway.get("/orders/killed"), ({ status }) => Effect.sync(() => statuses.add(status))),
            ({ body }) => body["status"] === "COMPLETED"
          )
        }
        assert.isFalse(statuses.has(404), [...statuses].join())
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )
})

/** Orders without end on a small Redis: new ones are refused before it is full, and no accepted one is lost. */
import { assert, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as Infra from "@flash-sale/infra/Infra"
import { usedShare } from "@flash-sale/infra/redis/client/ServerInfo"
import { Effect, Layer, Schedule } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as TestGateway from "../TestGateway.ts"

const TIMEOUT = 120_000
/** What is in Redis before the orders come, and which share of its memory that is: a tenth is left for them. */
const BALLAST = 12_000_000
const USED_BEFORE = 0.75
/** Orders at once, and far more in all than there is room for. */
const BUYERS = 16
const MAX_ORDERS = 60_000

const kafka = settingsAt(needed(kafkaAddr()))
const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
}))
const engine = TestGateway.layerOver(ports).pipe(Layer.provideMerge(OwnRedis.layerStopped))

layer(engine, { excludeTestServices: true, timeout: TIMEOUT })("A Redis that is nearly full", (it) => {
  it.effect(
    "orders are refused before Redis is full, the accepted ones are sold, and orders go on with room",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const statuses = yield* OrderStatuses
        const store = yield* ItemStore
        const { cli } = yield* OwnRedis.OwnRedis
        const used = Effect.map(cli("INFO", "memory"), (info) => usedShare(String(info)) ?? 0)
        yield* cli("SETRANGE", "ballast", BALLAST, "x")
        const [, bytes] = /^used_memory:(\d+)/m.exec(String(yield* cli("INFO", "memory"))) ?? []
        yield* cli("CONFIG", "SET", "maxmemory", Math.ceil(Number(bytes) / USED_BEFORE))
        yield* TestGateway.stock("101", MAX_ORDERS)
        let sent = 0
        let refused: TestGateway.Answer | undefined
        const accepted: Array<string> = []
        const buyer = Effect.whileLoop({
          while: () => refused === undefined && sent < MAX_ORDERS,
          body: () => {
            const id = `full-${sent++}`
            return Effect.map(
              gateway.send(TestGateway.order({ request_id: id, user_id: id })),
              (answer) => ({ id, answer })
            )
          },
          step: ({ answer, id }) => {
            if (answer.status === 202) accepted.push(id)
            else refused = answer
          }
        })
        yield* Effect.all(Array.from({ length: BUYERS }, () => buyer), { concurrency: "unbounded", discard: true })
        assert.deepStrictEqual([refused?.status, refused?.body["code"], refused?.body["retryable"]], [
          503,
          "overloaded",
          true
        ])
        assert.strictEqual(refused?.headers.get("retry-after"), "10")
        assert.isAbove(accepted.length, 100)
        // The rest is done in the room that is left.
        const open = Effect.map(
          statuses.readAll(accepted.map((id) => RequestId.make(id))),
          (found) => found.filter((one) => one._tag !== "Kept" || one.record.status !== "COMPLETED").length
        )
        yield* Effect.repeat(open, { schedule: Schedule.spaced("50 millis"), until: (count: number) => count === 0 })
        assert.isUndefined(yield* store.trouble)
        assert.isAtLeast(yield* used, 0.8)
        assert.strictEqual((yield* gateway.get("/items/101")).body["sold"], accepted.length)
        assert.strictEqual((yield* gateway.get("/health")).status, 200)
        assert.strictEqual((yield* gateway.send(TestGateway.order({ request_id: "still" }))).body["code"], "overloaded")
        yield* cli("DEL", "ballast")
        const again = gateway.send(TestGateway.order({ request_id: "again", user_id: "again" }))
        yield* TestGateway.until(again, ({ status }) => status !== 503)
        yield* TestGateway.until(gateway.get("/orders/again"), ({ body }) => body["status"] === "COMPLETED")
      }),
    TIMEOUT
  )
})

/** The wall clock of the machine is set, back and forward: orders are taken, and items and statuses move. */
import { assert, layer } from "@effect/vitest"
import * as Infra from "@flash-sale/infra/Infra"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Duration, Effect, Layer } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import * as SteppingClock from "../../infra/time/SteppingClock.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 60_000
/** How long something may take that a step must not delay, in milliseconds. */
const SOON = 10_000
const UNITS = 100
/** Reads are kept for a while, as in production. */
const change = { soldOutCache: Duration.millis(100) }

const { order } = TestGateway

const address = needed(kafkaAddr())
/** Each engine has topics of its own. */
const distributed = () =>
  Layer.unwrap(Effect.gen(function*() {
    const { address: redis, start } = yield* OwnRedis.OwnRedis
    yield* start
    return Infra.layerDistributed({ redis, kafka: settingsAt(address) })
  })).pipe(Layer.provide(OwnRedis.layerStopped))

const engines = {
  "in one file": () => TestGateway.layerOver(SqliteInfra.layerMemory, change),
  "on Kafka and Redis": () => TestGateway.layerOver(distributed(), change)
}

const soon = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
  Effect.timeoutOrElse(effect, {
    duration: SOON,
    orElse: () => Effect.die(new Error(`${what}: not within ${SOON} ms`))
  })

for (const [where, engine] of Object.entries(engines)) {
  for (const [how, millis] of Object.entries(SteppingClock.STEPS)) {
    layer(engine().pipe(Layer.provideMerge(SteppingClock.layer)), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
      `An engine ${where} whose clock steps ${how}`,
      (it) => {
        it.effect(
          `${where}, ${how}: orders are taken, items and statuses move, and an unknown order is unknown`,
          () =>
            Effect.gen(function*() {
              const gateway = yield* TestGateway.TestGateway
              yield* TestGateway.stock("101", UNITS)
              const buy = (n: number) => gateway.send(order({ request_id: `r-${n}`, user_id: `u-${n}` }))
              const isSold = (n: number) =>
                soon(
                  `order ${n} is sold`,
                  TestGateway.until(gateway.get(`/orders/r-${n}`), ({ body }) => body["status"] === "COMPLETED")
                )
              const isShown = (sold: number) =>
                soon(
                  `${sold} are shown as sold`,
                  TestGateway.until(gateway.get("/items/101"), ({ body }) => body["sold"] === sold)
                )
              for (let n = 0; n < 3; n++) assert.strictEqual((yield* buy(n)).status, 202)
              yield* isSold(2)
              yield* isShown(3)
              yield* SteppingClock.step(millis)
              for (let n = 3; n < 6; n++) {
                const answer = yield* buy(n)
                assert.strictEqual(answer.status, 202, answer.text)
                assert.isBelow(Number(answer.body["estimated_wait_ms"]), 1_000)
              }
              for (let n = 3; n < 6; n++) yield* isSold(n)
              yield* isShown(6)
              // What was decided before the step is known as before.
              assert.strictEqual((yield* gateway.get("/orders/r-0")).body["status"], "COMPLETED")
              assert.strictEqual((yield* buy(0)).status, 409)
              assert.strictEqual((yield* gateway.get("/orders/never")).status, 404)
              yield* soon("health", TestGateway.until(gateway.get("/health"), ({ status }) => status === 200))
            }),
          TEST_TIMEOUT
        )
      }
    )
  }
}

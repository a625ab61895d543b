/** What the store does not know was never ordered, unless the store was away: no other failure is a doubt. */
import { assert, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer, References } from "effect"
import { Faults } from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway

const denied = Layer.succeed(Backlogs, {
  publish: () => Effect.fail(new StoreUnavailable({ detail: "NOPERM" })),
  read: Effect.fail(new StoreUnavailable({ detail: "NOPERM" }))
})

const unknown = TestGateway.until(
  Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.get("/orders/never-placed")),
  ({ status }) => status === 404
)

const engine = TestGateway.layerGateway().pipe(
  Layer.provide(denied),
  Layer.provideMerge(TestGateway.processor()),
  Layer.provideMerge(SqliteInfra.layerMemory),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

layer(engine, { excludeTestServices: true })("A gateway that may not read backlogs", (it) => {
  it.effect("still knows which orders were never placed", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 10)
      yield* unknown
      for (let n = 0; n < 3; n++) {
        assert.strictEqual((yield* gateway.send(order({ request_id: `b-${n}` }))).status, 202)
        assert.strictEqual((yield* gateway.get("/orders/never-placed")).status, 404)
      }
    }))
})

const withoutBuyers = Layer.effect(
  ItemStore,
  Effect.map(
    ItemStore,
    (store) => ItemStore.of({ ...store, readBuyers: () => Effect.fail(new StoreUnavailable({ detail: "NOPERM" })) })
  )
)

const engineWithoutBuyers = TestGateway.layerGateway().pipe(
  Layer.provideMerge(TestGateway.processor()),
  Layer.provideMerge(withoutBuyers),
  Layer.provideMerge(SqliteInfra.layerMemory),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

layer(engineWithoutBuyers, { excludeTestServices: true })("A gateway that may not read buyers", (it) => {
  it.effect("leaves the limit to the log, and still knows which orders were never placed", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 10)
      yield* TestGateway.sale("101", { perUserLimit: 1 })
      yield* unknown
      assert.strictEqual((yield* gateway.send(order({ request_id: "n-1", amount: 2 }))).status, 202)
      assert.strictEqual((yield* gateway.get("/orders/never-placed")).status, 404)
      yield* TestGateway.until(gateway.get("/orders/n-1"), ({ body }) => body["status"] === "FAILED_LIMIT")
    }))
})

layer(TestGateway.layer(), { excludeTestServices: true })("A gateway that was shown a damaged item", (it) => {
  it.effect("still knows which orders were never placed, and doubts it once the store was away", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      yield* TestGateway.stock("101", 10)
      yield* unknown
      faults.store = "damaged"
      assert.strictEqual((yield* gateway.get("/items/101")).status, 503)
      faults.store = "fine"
      assert.strictEqual((yield* gateway.get("/orders/never-placed")).status, 404)
      faults.store = "away"
      assert.strictEqual((yield* gateway.get("/items/101")).status, 503)
      faults.store = "fine"
      assert.strictEqual((yield* gateway.get("/orders/never-placed")).status, 503)
    }))
})

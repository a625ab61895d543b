/** What the store does not know was never ordered, unless the store was away: other failures are no doubt about orders. */
import { assert, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer, References } from "effect"
import * as Door from "../Door.ts"
import { Faults } from "../Faults.ts"

const { order } = Door

const denied = Layer.succeed(Backlogs, {
  publish: () => Effect.fail(new StoreUnavailable({ detail: "NOPERM" })),
  read: Effect.fail(new StoreUnavailable({ detail: "NOPERM" }))
})

const unknown = Door.until(
  Effect.flatMap(Door.Door, (door) => door.get("/orders/never-placed")),
  ({ status }) => status === 404
)

const engine = Door.layerGateway().pipe(
  Layer.provide(denied),
  Layer.provideMerge(Door.processor()),
  Layer.provideMerge(SqliteInfra.layerMemory),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

layer(engine, { excludeTestServices: true })("A gateway that may not read backlogs", (it) => {
  it.effect("still knows which orders were never placed", () =>
    Effect.gen(function*() {
      const door = yield* Door.Door
      yield* Door.stock("101", 10)
      yield* unknown
      for (let n = 0; n < 3; n++) {
        assert.strictEqual((yield* door.send(order({ request_id: `b-${n}` }))).status, 202)
        assert.strictEqual((yield* door.get("/orders/never-placed")).status, 404)
      }
    }))
})

layer(Door.layer(), { excludeTestServices: true })("A gateway that was shown a damaged item", (it) => {
  it.effect("still knows which orders were never placed, and doubts it once the store was away", () =>
    Effect.gen(function*() {
      const door = yield* Door.Door
      const faults = yield* Faults
      yield* Door.stock("101", 10)
      yield* unknown
      faults.store = "damaged"
      assert.strictEqual((yield* door.get("/items/101")).status, 503)
      faults.store = "fine"
      assert.strictEqual((yield* door.get("/orders/never-placed")).status, 404)
      faults.store = "away"
      assert.strictEqual((yield* door.get("/items/101")).status, 503)
      faults.store = "fine"
      assert.strictEqual((yield* door.get("/orders/never-placed")).status, 503)
    }))
})

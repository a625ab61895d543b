/** Streams that go on while the store is away: they say so, and go on with what is then. */
import { assert, layer } from "@effect/vitest"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Duration, Effect, Layer, References } from "effect"
import * as FaultSwitches from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 40_000
/** How soon a stream says that the store is away: its next read, and what that may take. */
const SOON = 8_000

/** Reads a stream of events until it is closed; `until` gives what has come once the last event is this. */
const listen = (path: string) =>
  Effect.gen(function*() {
    const { port } = yield* TestGateway.TestGateway
    const aborting = new AbortController()
    yield* Effect.addFinalizer(() => Effect.sync(() => aborting.abort()))
    const { body } = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { signal: aborting.signal }))
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    const until = (last: string) =>
      Effect.promise(async () => {
        while (!new RegExp(`event: ${last}\\n(id: .*\\n)?data: .*\\n\\n[^e]*$`).test(text)) {
          const { done, value } = await reader.read()
          if (done) throw new Error(`the stream has ended: ${text}`)
          text += value
        }
        const heard = text
        text = ""
        return heard
      })
    return { until }
  })

layer(TestGateway.layer(), { excludeTestServices: true })("While the store is away", (it) => {
  for (const how of ["away", "silent"] as const) {
    it.effect(`an item's stream says so while it is ${how}, and goes on with a snapshot`, () =>
      Effect.gen(function*() {
        const faults = yield* FaultSwitches.Faults
        const item = `item-${how}`
        yield* TestGateway.stock(item, 5)
        const stream = yield* listen(`/items/${item}/events`)
        yield* stream.until("snapshot")
        const begun = performance.now()
        faults.store = how
        assert.include(yield* stream.until("unavailable"), `data: {"code":"store_unavailable"}`)
        assert.isBelow(performance.now() - begun, SOON)
        // Nothing else has changed: the snapshot says that what was told is right again.
        faults.store = "fine"
        assert.include(yield* stream.until("snapshot"), `"available":5`)
      }).pipe(Effect.scoped), TEST_TIMEOUT)
  }

  it.effect(
    "a read that an operator's change asks for is repeated each second while it fails",
    () =>
      Effect.gen(function*() {
        const faults = yield* FaultSwitches.Faults
        yield* TestGateway.stock("changed", 5)
        const stream = yield* listen("/items/changed/events")
        yield* stream.until("snapshot")
        // After the read soon after the feed's start, so that the next one by time is 5 s away.
        yield* Effect.sleep("1500 millis")
        faults.store = "damaged"
        yield* Effect.forkScoped(TestGateway.sale("changed", { paused: true }))
        yield* stream.until("unavailable")
        faults.store = "fine"
        const begun = performance.now()
        assert.include(yield* stream.until("snapshot"), `"paused":true`)
        assert.isBelow(performance.now() - begun, 3_000)
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.effect("who comes meanwhile is refused at once", () =>
    Effect.gen(function*() {
      const faults = yield* FaultSwitches.Faults
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("late", 5)
      faults.store = "silent"
      const begun = performance.now()
      const { body, status } = yield* gateway.get("/items/late/events")
      faults.store = "fine"
      assert.deepStrictEqual([status, body["code"]], [503, "store_unavailable"])
      assert.isBelow(performance.now() - begun, SOON)
    }), TEST_TIMEOUT)

  it.effect("a damaged item's stream says that it stands still", () =>
    Effect.gen(function*() {
      const faults = yield* FaultSwitches.Faults
      yield* TestGateway.stock("damaged", 5)
      const stream = yield* listen("/items/damaged/events")
      yield* stream.until("snapshot")
      faults.store = "damaged"
      assert.include(yield* stream.until("unavailable"), `data: {"code":"item_stopped"}`)
      faults.store = "fine"
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})

const slow = TestGateway.layerGateway().pipe(
  Layer.provideMerge(TestGateway.processor(Duration.minutes(1))),
  Layer.provideMerge(FaultSwitches.layer(SqliteInfra.layerMemory)),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)
layer(slow, { excludeTestServices: true })("An order's stream", (it) => {
  it.effect("says that its status cannot be read, and gives it again afterwards", () =>
    Effect.gen(function*() {
      const faults = yield* FaultSwitches.Faults
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 5)
      yield* gateway.send(TestGateway.order({ request_id: "o-1" }))
      yield* TestGateway.until(gateway.get("/orders/o-1"), ({ body }) => body["status"] === "RESERVED")
      const stream = yield* listen("/orders/o-1/events")
      yield* stream.until("snapshot")
      faults.store = "away"
      assert.include(yield* stream.until("unavailable"), `data: {"code":"store_unavailable"}`)
      faults.store = "fine"
      assert.include(yield* stream.until("snapshot"), `"status":"RESERVED"`)
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})

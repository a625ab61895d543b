/** The line that each change leaves which somebody with a key asks for, whatever becomes of it. */
import { assert, layer } from "@effect/vitest"
import { AppendRefused, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Layer, Logger, References } from "effect"
import * as TestGateway from "../../gateway/TestGateway.ts"
import * as TestAdmin from "../TestAdmin.ts"

const TEST_TIMEOUT = 30_000
const REASON = "a test"

/** What the lines say, in order: change, whose key, what came of it, and why. */
const told: Array<ReadonlyArray<unknown>> = []
const listening = Logger.layer([
  Logger.make(({ fiber }) => {
    const { by, change, event, reason, status } = fiber.getRef(References.CurrentLogAnnotations)
    if (event === "admin_change") told.push([change, by, status, reason])
  })
])

/** A log that takes no change of this item, and none at all while `isFull`. */
let isFull = false
const refusing = Layer.effect(
  OrderLog,
  Effect.map(OrderLog, (log) => ({
    ...log,
    append: (record: Parameters<typeof log.append>[0]) =>
      isFull || record.itemId === "stuck" ? new AppendRefused({ detail: "full", overloaded: true }) : log.append(record)
  }))
)

const ask = (path: string, body: unknown, key = "ops", method = "POST") =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, `/admin/v1${path}`, { key, body }))

layer(
  TestAdmin.layerAdmin({}, true, "Info").pipe(
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(Layer.provideMerge(refusing, TestAdmin.memory)),
    Layer.provideMerge(listening)
  ),
  { excludeTestServices: true, timeout: 60_000 }
)("The line of a change", (it) => {
  it.effect(
    "is there where it was made, where its key may not make it, and where it was not understood",
    () =>
      Effect.gen(function*() {
        told.length = 0
        yield* ask("/items/mug/stock", { set: 5, reason: REASON })
        yield* ask("/items/mug/stock", { set: 5, reason: REASON }, "reader")
        yield* ask("/items/mug/stock", { sett: 5, reason: REASON })
        yield* ask("/items/mug/stock", "{")
        yield* ask("/items/mug/sale", { price: 5, reason: REASON }, "ops", "PATCH")
        yield* ask("/items/nobody/stock", { add: 5, reason: REASON })
        assert.deepStrictEqual(told, [
          ["stock", "ops", "done", REASON],
          ["stock", "reader", "missing_scope", undefined],
          ["stock", "ops", "validation_failed", undefined],
          ["stock", "ops", "invalid_body", undefined],
          ["sale", "ops", "validation_failed", REASON],
          ["stock", "ops", "unknown_item", REASON]
        ])
      }),
    TEST_TIMEOUT
  )

  it.effect("says how much was done of what has several parts", () =>
    Effect.gen(function*() {
      told.length = 0
      yield* ask("/items/mug/stock", { set: 5, reason: REASON })
      yield* ask("/sales/pause-all", { reason: REASON })
      isFull = true
      yield* ask("/sales/pause-all", { reason: REASON })
      isFull = false
      yield* ask("/dead-letters/discard", { ids: ["0-77"], reason: REASON })
      yield* ask("/dead-letters/replay", { ids: ["0-77"], reason: REASON })
      assert.deepStrictEqual(told.map(([change, , status]) => [change, status]), [
        ["stock", "done"],
        ["pause_all", "done"],
        ["pause_all", "not_done"],
        ["discard", "not_done"],
        ["replay", "not_done"]
      ])
    }), TEST_TIMEOUT)
})

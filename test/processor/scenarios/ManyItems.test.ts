/** Thousands of items on one processor: an idle item leaves memory, and no order is lost by it. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { IDLE_AFTER } from "@flash-sale/processor/partition/ItemActors"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { counts, order, statusOf, stock } from "../Placing.ts"

const ITEMS = 5_000
/** Virtual time in which every order becomes final. */
const SETTLED = Duration.seconds(10)

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")

const heap = Effect.sync(() => {
  collect()
  return process.memoryUsage().heapUsed
})

const engine = Processor.layer.pipe(
  Layer.provideMerge(ProcessorState.layer),
  Layer.provideMerge(SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(100) })),
  Layer.provideMerge(SqliteInfra.layerMemory),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

const pass = (duration: Duration.Duration) =>
  Effect.repeat(TestClock.adjust("1 second"), { times: Duration.toSeconds(duration) })

describe("Memory of idle items", () => {
  it.effect("a processor of thousands of items keeps no idle one in memory", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const items = Array.from({ length: ITEMS }, (_, index) => `item-${index}`)
      const append = (records: ReadonlyArray<ReturnType<typeof order>>) =>
        Effect.forEach(records, log.append, { concurrency: 500, discard: true })
      // What the files before this one have left in the worker's memory.
      const before = yield* heap
      yield* append(items.map((item) => stock(item, 2)))
      yield* append(items.map((item) => order(`${item}-1`, item)))
      yield* pass(SETTLED)
      const busy = (yield* heap) - before
      yield* pass(Duration.sum(IDLE_AFTER, SETTLED))
      const idle = (yield* heap) - before
      process.stdout.write(`${ITEMS} actors: ${busy >> 20} MB of heap, then ${idle >> 20}\n`)
      assert.isBelow(idle, busy / 2)
      // Who has left memory comes back.
      yield* append([order("item-0-2", "item-0")])
      yield* pass(SETTLED)
      assert.deepStrictEqual([yield* statusOf("item-0-1"), yield* statusOf("item-0-2")], ["COMPLETED", "COMPLETED"])
      assert.deepStrictEqual(yield* counts("item-0"), { available: 0, held: 0, put: 2, sold: 2 })
      assert.deepStrictEqual(yield* counts(`item-${ITEMS - 1}`), { available: 1, held: 0, put: 2, sold: 1 })
    }).pipe(Effect.provide(engine)), 120_000)
})

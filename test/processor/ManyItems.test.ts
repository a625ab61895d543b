/** Thousands of items on one processor: whoever has nothing to do leaves memory, and no order is lost by it. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { IDLE_AFTER } from "@flash-sale/processor/Intake"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/ProcessorState"
import { Duration, Effect, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { counts, order, statusOf, stock } from "./Placing.ts"

const ITEMS = 5_000
const ROUNDS = 2
const SETTLED = Duration.seconds(10)
/** Bytes of heap that the actors of a round may leave behind, all together. Those of 5,000 items take a multiple. */
const LEFT_BEHIND = 8 * 1024 * 1024

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

describe("A processor of thousands of items", () => {
  it.effect("keeps none of them in memory that is idle", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const items = Array.from({ length: ITEMS }, (_, index) => `item-${index}`)
      const append = (records: ReadonlyArray<ReturnType<typeof order>>) =>
        Effect.forEach(records, log.append, { concurrency: 500, discard: true })
      yield* append(items.map((item) => stock(item, ROUNDS)))
      const used: Array<{ readonly busy: number; readonly idle: number }> = []
      for (let round = 1; round <= ROUNDS; round++) {
        yield* append(items.map((item) => order(`${item}-${round}`, item)))
        yield* pass(SETTLED)
        const busy = yield* heap
        yield* pass(Duration.sum(IDLE_AFTER, SETTLED))
        used.push({ busy, idle: yield* heap })
      }
      process.stdout.write(
        `heap in MB: ${used.map(({ busy, idle }) => `${busy >> 20} then ${idle >> 20}`).join(", ")}\n`
      )
      assert.strictEqual(yield* statusOf(`item-0-${ROUNDS}`), "COMPLETED")
      assert.deepStrictEqual(yield* counts(`item-${ITEMS - 1}`), { available: 0, held: 0, put: ROUNDS, sold: ROUNDS })
      for (const { busy, idle } of used) assert.isBelow(idle, busy)
      assert.isBelow(used.at(-1)!.idle - used[0]!.idle, LEFT_BEHIND)
    }).pipe(Effect.provide(engine)), 120_000)
})

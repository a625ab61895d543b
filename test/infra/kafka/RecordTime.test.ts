/** Records are taken by a real broker, also where this machine's clock was set far ahead of the broker's. */
import { assert, describe, it } from "@effect/vitest"
import * as Appender from "@flash-sale/infra/kafka/append/Appender"
import * as KafkaClient from "@flash-sale/infra/kafka/client/KafkaClient"
import * as Topics from "@flash-sale/infra/kafka/topics/Topics"
import { Effect, Layer } from "effect"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as SteppingClock from "../time/SteppingClock.ts"
import { settingsAt } from "./TestSettings.ts"

const settings = settingsAt(needed(kafkaAddr()))
const DAY = 24 * 60 * 60 * 1000

const layer = Topics.layer("processor").pipe(
  Layer.provideMerge(KafkaClient.layer(settings)),
  Layer.provideMerge(SteppingClock.layer)
)

const record = (n: number) => ({ key: "101", value: `record ${n}`, headers: {} })

describe("The time of records", () => {
  it.live(
    "records are appended though the clock was set a day ahead, and set back again",
    () =>
      Effect.gen(function*() {
        const topics = yield* Topics.Topics
        yield* topics.partitions
        const appender = yield* Appender.make(settings, settings.ordersTopic)
        const append = (partition: number, n: number) => appender.append(partition, record(n))
        assert.strictEqual(yield* append(0, 0), 0)
        yield* SteppingClock.step(DAY)
        // At once, so that both are refused: a partition whose producer has sent, and one whose has not.
        assert.deepStrictEqual(yield* Effect.all([append(0, 1), append(1, 0)], { concurrency: 2 }), [1, 0])
        assert.strictEqual(yield* append(0, 2), 2)
        yield* SteppingClock.step(-DAY)
        assert.strictEqual(yield* append(0, 3), 3)
        yield* SteppingClock.step(DAY)
        assert.strictEqual(yield* append(1, 1), 1)
      }).pipe(Effect.scoped, Effect.provide(layer)),
    60_000
  )
})

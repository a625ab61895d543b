/** Whether order events can be told, and how many were. */
import { assert, describe, it } from "@effect/vitest"
import { EventsTold, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { ASK_EVERY } from "@flash-sale/infra/observability/Dependencies"
import * as EventsWatch from "@flash-sale/infra/observability/EventsWatch"
import * as EventMetrics from "@flash-sale/infra/observability/metrics/EventMetrics"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"

const event = { itemId: ItemId.make("101"), value: "{}", traceparent: undefined }

const up = Effect.map(Metric.value(EventMetrics.up), ({ value }) => value)

const events = (isUp: () => boolean) => Layer.mock(OrderEvents, { isUp: Effect.sync(isUp) })

describe("Order events", () => {
  it.effect("are counted when they are told", () =>
    Effect.gen(function*() {
      const { append } = yield* OrderEvents
      const before = (yield* Metric.value(EventMetrics.told)).count
      yield* append(PartitionId.make(1), [event, event, event], Offset.make(3))
      assert.strictEqual(Number((yield* Metric.value(EventMetrics.told)).count) - Number(before), 3)
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))

  it.effect("are up or away, as a gauge says within a second", () =>
    Effect.gen(function*() {
      let isUp = true
      yield* Layer.build(Layer.provide(EventsWatch.layer, events(() => isUp)))
      yield* TestClock.adjust(ASK_EVERY)
      assert.strictEqual(yield* up, 1)
      isUp = false
      yield* TestClock.adjust(ASK_EVERY)
      assert.strictEqual(yield* up, 0)
    }))

  it("have the names of the operations guide", () => {
    assert.deepStrictEqual({ told: EventMetrics.told.id, up: EventMetrics.up.id }, {
      told: "processor_events_told_total",
      up: "processor_events_up"
    })
  })

  it.effect("are not asked where none are told", () =>
    Effect.gen(function*() {
      let asked = 0
      const layer = Layer.provide(EventsWatch.layer, events(() => ++asked > 0))
      yield* Effect.provideService(Layer.build(layer), EventsTold, "off")
      yield* TestClock.adjust(ASK_EVERY)
      assert.strictEqual(asked, 0)
    }))
})

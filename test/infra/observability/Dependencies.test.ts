import { expect, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as Dependencies from "@flash-sale/infra/observability/Dependencies"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"
import * as MemoryOutput from "./logs/MemoryOutput.ts"

/** Ports whose health a test switches. */
const ports = (up: { kafka: boolean; redis: boolean }) =>
  Layer.unwrap(Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    return Layer.merge(
      Layer.succeed(OrderLog, { ...log, isUp: Effect.sync(() => up.kafka) }),
      Layer.succeed(ItemStore, { ...store, isUp: Effect.sync(() => up.redis) })
    )
  })).pipe(Layer.provide(SqliteInfra.layerMemory))

describe("Dependencies", () => {
  it.effect("a dependency has a gauge that follows within a second, and a log line for each change", () =>
    Effect.gen(function*() {
      const up = { kafka: false, redis: true }
      const { lines, output } = MemoryOutput.make()
      yield* Effect.gen(function*() {
        const { collect } = yield* Telemetry.Telemetry
        const gauges = Effect.map(
          Effect.andThen(TestClock.adjust(Dependencies.ASK_EVERY), collect),
          (text) =>
            [...text.matchAll(/^(gateway_(?:redis|kafka)_up) (\d)$/gm)].map(([, name, value]) => `${name} ${value}`)
        )
        expect(yield* gauges).toEqual(["gateway_redis_up 1", "gateway_kafka_up 0"])
        up.kafka = true
        expect(yield* gauges).toEqual(["gateway_redis_up 1", "gateway_kafka_up 1"])
        yield* gauges
        up.redis = false
        expect(yield* gauges).toEqual(["gateway_redis_up 0", "gateway_kafka_up 1"])
        yield* gauges
        up.redis = true
        expect(yield* gauges).toEqual(["gateway_redis_up 1", "gateway_kafka_up 1"])
      }).pipe(
        Effect.provide(
          Dependencies.layer(["gateway"]).pipe(
            Layer.provide(ports(up)),
            Layer.provideMerge(Telemetry.layerMetrics("gateway")),
            Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map())),
            Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output }))
          )
        )
      )
      expect(lines().map((line) => JSON.parse(line)).map(({ detail, event, level }) => [event, detail, level])).toEqual(
        [
          ["dependency_up", "redis", "INFO"],
          ["dependency_up", "kafka", "INFO"],
          ["dependency_down", "redis", "WARN"],
          ["dependency_up", "redis", "INFO"]
        ]
      )
    }))
})

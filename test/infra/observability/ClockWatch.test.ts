/** A wall clock that is set is seen, once for each step. */
import { assert, describe, it } from "@effect/vitest"
import * as ClockWatch from "@flash-sale/infra/observability/ClockWatch"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as SteppingClock from "../time/SteppingClock.ts"
import * as MemoryOutput from "./logs/MemoryOutput.ts"

const shown = Effect.gen(function*() {
  const { collect } = yield* Telemetry.Telemetry
  return (yield* collect).match(/^process_clock_offset_seconds .*$/m)?.[0]
})

describe("ClockWatch", () => {
  it.effect("a clock that is set has a line for each step, and a gauge of all of them", () =>
    Effect.gen(function*() {
      const { lines, output } = MemoryOutput.make()
      yield* Effect.gen(function*() {
        const step = Effect.fnUntraced(function*(millis: number) {
          yield* SteppingClock.step(millis)
          yield* TestClock.adjust(ClockWatch.LOOK_EVERY)
          return yield* shown
        })
        assert.strictEqual(yield* step(0), "process_clock_offset_seconds 0")
        assert.strictEqual(yield* step(-40_000), "process_clock_offset_seconds -40")
        assert.strictEqual(yield* step(0), "process_clock_offset_seconds -40")
        assert.strictEqual(yield* step(ClockWatch.STEP_MILLIS - 1), "process_clock_offset_seconds -39.501")
        assert.strictEqual(yield* step(3_600_000), "process_clock_offset_seconds 3560.499")
      }).pipe(Effect.provide(
        ClockWatch.layer.pipe(
          Layer.provideMerge(Telemetry.layerMetrics("gateway")),
          Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map())),
          Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output })),
          Layer.provideMerge(SteppingClock.layer)
        )
      ))
      const said = lines().map((line) => JSON.parse(line)).map(({ event, level, message }) =>
        `${level} ${event} ${message.split(":")[0]}`
      )
      assert.deepStrictEqual(said, [
        "WARN clock_stepped The wall clock was set back by 40.0 s",
        "WARN clock_stepped The wall clock was set forward by 3600.5 s"
      ])
    }))
})

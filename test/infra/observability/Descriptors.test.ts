/** File descriptors that run out are seen before they have, and where they have. */
import { assert, describe, it } from "@effect/vitest"
import * as Descriptors from "@flash-sale/infra/observability/Descriptors"
import * as Headroom from "@flash-sale/infra/observability/Headroom"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as MemoryOutput from "./logs/MemoryOutput.ts"

/** What is shown and said while `use` runs beside a system that it changes. */
const beside = (
  system: Descriptors.System | undefined,
  use: (shown: Effect.Effect<ReadonlyArray<string>>) => Effect.Effect<void>
) =>
  Effect.gen(function*() {
    const { lines, output, writes } = MemoryOutput.make()
    yield* Effect.gen(function*() {
      const { collect } = yield* Telemetry.Telemetry
      yield* use(Effect.map(collect, (text) => text.match(/^process_\w+ \d+$/gm) ?? []))
    }).pipe(Effect.provide(
      Descriptors.layer(system).pipe(
        Layer.provideMerge(Telemetry.layerMetrics("gateway")),
        Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map())),
        Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output }))
      )
    ))
    const written = writes.length === 0 ? [] : lines()
    return written.map((line) => JSON.parse(line)).map(({ event, level }) => `${level} ${event}`)
  })

const looks = (count: number) => TestClock.adjust(Headroom.LOOK_EVERY).pipe(Effect.repeat({ times: count - 1 }))

describe("Descriptors", () => {
  it.effect("file descriptors are gauges, and have a line at 80 %, at none left, and once a minute", () =>
    Effect.gen(function*() {
      let open: Descriptors.Open = 79
      const said = yield* beside(
        { max: Effect.succeed(100), open: Effect.sync(() => open) },
        (shown) =>
          Effect.gen(function*() {
            yield* looks(2)
            assert.deepStrictEqual(yield* shown, ["process_max_fds 100", "process_open_fds 79"])
            open = 80
            yield* looks(6)
            open = "out"
            yield* looks(6)
            assert.deepStrictEqual(yield* shown, ["process_max_fds 100", "process_open_fds 100"])
            open = 10
            yield* looks(6)
            open = "out"
            yield* looks(6)
          })
      )
      assert.deepStrictEqual(said, [
        "WARN descriptors_short",
        "ERROR descriptors_short",
        // Once more a minute later, as long as it lasts or where it is so again.
        "ERROR descriptors_short"
      ])
    }))

  it.live("file descriptors are those that Linux counts", (ctx) =>
    Effect.gen(function*() {
      if (process.platform !== "linux") return ctx.skip("only Linux lists them")
      yield* beside(undefined, (shown) =>
        Effect.gen(function*() {
          const samples = yield* Effect.repeat(shown, { until: (found) => found.length === 2 })
          const [max = 0, open = 0] = samples.map((sample) => Number(sample.split(" ")[1]))
          assert.isAbove(open, 2)
          assert.isAbove(max, open)
        }))
    }))

  it.effect("file descriptors of a system that does not count them are not shown", () =>
    Effect.gen(function*() {
      const nothing = { max: Effect.succeed(undefined), open: Effect.die("not asked") }
      const said = yield* beside(nothing, (shown) =>
        Effect.gen(function*() {
          yield* looks(2)
          assert.deepStrictEqual(yield* shown, [])
        }))
      assert.deepStrictEqual(said, [])
    }))
})

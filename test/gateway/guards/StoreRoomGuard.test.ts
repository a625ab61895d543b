import { assert, describe, it } from "@effect/vitest"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { StoreBreaker } from "@flash-sale/gateway/guards/StoreBreaker"
import * as StoreRoomGuard from "@flash-sale/gateway/guards/StoreRoomGuard"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import { usedShare } from "@flash-sale/infra/redis/client/ServerInfo"
import { StoreRoom } from "@flash-sale/infra/resilience/StoreRoom"
import { Effect, Layer, Logger, Metric, References } from "effect"
import { TestClock } from "effect/testing"

const gauge = Effect.map(Metric.value(EngineMetrics.storeMemoryUsed), ({ value }) => Number(value))

/** A store that answers all there is to ask. */
const breaker = Layer.succeed(StoreBreaker, {
  ask: (question) => question,
  askAside: (question) => question,
  failedAt: () => 0
})

const world = (state: { used: number | undefined | "away" }, events: Array<unknown>) =>
  StoreRoomGuard.layer.pipe(
    Layer.provide(breaker),
    Layer.provide(Layer.succeed(StoreRoom, {
      used: Effect.suspend(() =>
        state.used === "away" ? Effect.fail(new StoreUnavailable({ detail: "away" })) : Effect.succeed(state.used)
      )
    })),
    Layer.provideMerge(Logger.layer([
      Logger.make(({ fiber }) => events.push(fiber.getRef(References.CurrentLogAnnotations)["event"]))
    ])),
    Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map()))
  )

describe("StoreRoomGuard", () => {
  it.effect("orders are refused from 85 % on, and taken again below 80 %, with a line for each change", () => {
    const state: { used: number | undefined | "away" } = { used: 0.849 }
    const events: Array<unknown> = []
    return Effect.gen(function*() {
      const guard = yield* StoreRoomGuard.StoreRoomGuard
      const looks: ReadonlyArray<readonly [used: typeof state.used, isShort: boolean, gauge: number]> = [
        [0.849, false, 0.849],
        [0.85, true, 0.85],
        [0.8, true, 0.8],
        // It stands as it was while nobody can say.
        ["away", true, 0.8],
        [1.2, true, 1.2],
        [0.799, false, 0.799],
        ["away", false, 0.799],
        [0.84, false, 0.84],
        [0.9, true, 0.9],
        // Its bound was taken away.
        [undefined, false, 0]
      ]
      for (const [used, isShort, shown] of looks) {
        state.used = used
        yield* TestClock.adjust(StoreRoomGuard.ASK_EVERY)
        assert.deepStrictEqual([used, guard.isShort(), yield* gauge], [used, isShort, shown])
      }
      assert.strictEqual(EngineMetrics.storeMemoryUsed.id, "gateway_redis_memory_used_ratio")
      assert.deepStrictEqual(events, [
        "store_memory_short",
        "store_memory_enough",
        "store_memory_short",
        "store_memory_enough"
      ])
    }).pipe(Effect.provide(world(state, events)))
  })

  it("the share of Redis is known only where it has a bound", () => {
    assert.strictEqual(usedShare("# Memory\r\nused_memory:850\r\nused_memory_rss:9000\r\nmaxmemory:1000\r\n"), 0.85)
    assert.isUndefined(usedShare("used_memory:850\r\nmaxmemory:0\r\n"))
    assert.isUndefined(usedShare("maxmemory:1000\r\n"))
    assert.isUndefined(usedShare(""))
  })
})

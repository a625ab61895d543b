import { assert, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as LogBreaker from "@flash-sale/gateway/guards/LogBreaker"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Duration, Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"

const settings = {
  failureThreshold: 2,
  successThreshold: 2,
  baseTimeout: Duration.seconds(30),
  maxTimeout: Duration.seconds(300)
}
/** How long the log takes to say how it is. */
const PROBE = "2 seconds"

/** A log that only says whether it is up. */
const log = (world: { isUp: boolean }) =>
  Layer.mock(OrderLog, {
    offer: () => undefined,
    isUp: Effect.andThen(Effect.sleep(PROBE), Effect.sync(() => world.isUp))
  })

const gauge = Effect.map(Metric.value(Metrics.circuitBreakerState), ({ value }) => Number(value))

describe("LogBreaker", () => {
  it.effect("the gauge of the breaker is right at every moment, and the breaker recovers without orders", () => {
    const world = { isUp: false }
    return Effect.gen(function*() {
      const breaker = yield* LogBreaker.LogBreaker
      const is = (state: string, value: number) =>
        Effect.gen(function*() {
          assert.strictEqual(breaker.state(), state)
          assert.strictEqual(yield* gauge, value)
        })
      yield* is("closed", 0)
      yield* breaker.record(false)
      yield* is("closed", 0)
      yield* breaker.record(false)
      yield* is("open", 1)
      yield* TestClock.adjust("29999 millis")
      yield* is("open", 1)
      yield* TestClock.adjust("1 millis")
      yield* is("half_open", 2)
      yield* TestClock.adjust("1999 millis")
      yield* is("half_open", 2)
      // The probe has failed: twice as long.
      yield* TestClock.adjust("1 millis")
      yield* is("open", 1)
      yield* TestClock.adjust("59 seconds")
      yield* is("open", 1)
      world.isUp = true
      yield* TestClock.adjust("1 seconds")
      yield* is("half_open", 2)
      // Two probes, one after the other.
      yield* TestClock.adjust("4 seconds")
      yield* is("half_open", 2)
      yield* TestClock.adjust("100 millis")
      yield* is("closed", 0)
      yield* breaker.check
    }).pipe(
      Effect.provide(LogBreaker.layer(settings).pipe(Layer.provide(log(world)))),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  })
})

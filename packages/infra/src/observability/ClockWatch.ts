/**
 * Watches the wall clock against one that does not step, and says by how much it was set. Times that are stamped go on
 * by the wall clock: sale hours, when an order was accepted, the lines of the log. Decision 0028.
 */
import { Clock, Duration, Effect, Layer, Metric, Schedule } from "effect"
import * as Monotonic from "../time/Monotonic.ts"
import * as Log from "./logs/Log.ts"
import * as ProcessMetrics from "./metrics/ProcessMetrics.ts"

/** How often the clocks are compared. */
export const LOOK_EVERY = Duration.seconds(1)
/** From this many milliseconds on a step has a line. Time servers adjust less than that without a step. */
export const STEP_MILLIS = 500

/** Compares for as long as the layer lives. */
export const layer: Layer.Layer<never> = Layer.effectDiscard(Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const monotonic = Monotonic.of(clock)
  const apart = (): number => clock.currentTimeMillisUnsafe() - monotonic()
  const atStart = apart()
  let said = 0
  const look = Effect.gen(function*() {
    const offset = apart() - atStart
    yield* Metric.update(ProcessMetrics.clockOffset, offset / 1000)
    const step = offset - said
    if (Math.abs(step) < STEP_MILLIS) return
    said = offset
    const seconds = (Math.abs(step) / 1000).toFixed(1)
    yield* Log.warn(
      `The wall clock was set ${
        step < 0 ? "back" : "forward"
      } by ${seconds} s: opening hours and the times of orders ` +
        "follow it; look at the time synchronisation of this machine",
      { event: "clock_stepped" }
    )
  })
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(LOOK_EVERY)))
}))

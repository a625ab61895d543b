/** How long the archive of an engine in one process leaves the thread to buyers. */
import { assert, it } from "@effect/vitest"
import * as Pace from "@flash-sale/archive/intake/Pace"
import { Effect } from "effect"

const blockFor = (millis: number): void => {
  const began = performance.now()
  while (performance.now() - began < millis);
}
/** How often 3 ms of work are let in within 600 ms, while other work takes so many of each 10 ms. */
const letIn = (other: number) =>
  Effect.gen(function*() {
    const { keep } = yield* Pace.Pace
    yield* Effect.forkScoped(
      Effect.forever(Effect.andThen(Effect.sleep(10 - other), Effect.sync(() => blockFor(other))))
    )
    let times = 0
    yield* Effect.forkScoped(Effect.forever(keep(Effect.sync(() => {
      blockFor(3)
      times++
    }))))
    yield* Effect.sleep(600)
    return times
  }).pipe(Effect.scoped, Effect.provide(Pace.layerBesideBuyers))

it("pauses 49 times as long as it took while the thread is busy, and a quarter while it is idle", () => {
  assert.closeTo(Pace.pauseOf(3, 1), 147, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0.9), 147, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0), 0.75, 1e-9)
  assert.closeTo(Pace.pauseOf(0, 0), 0, 1e-9)
  assert.strictEqual(Pace.pauseOf(600_000, 1), 1_000, "what waited for ten minutes does not wait for forty more")
})

it("pauses longer the busier the thread was", () => {
  const pauses = [0, 0.1, 0.3, 0.5, 0.7, 0.9].map((busy) => Pace.pauseOf(10, busy))
  assert.deepStrictEqual(pauses, pauses.toSorted((one, other) => one - other))
  assert.strictEqual(new Set(pauses).size, pauses.length)
})

it.live("takes more in where its thread has nothing else to do", () =>
  Effect.gen(function*() {
    const idle = yield* letIn(0)
    const busy = yield* letIn(9)
    assert.isAbove(idle, busy * 2)
  }))

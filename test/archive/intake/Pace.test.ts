/** How long the archive of an engine in one process leaves the thread to buyers. */
import { assert, it } from "@effect/vitest"
import * as Pace from "@flash-sale/archive/intake/Pace"
import { Effect } from "effect"

/** A piece of work, in milliseconds, and for how long it is let in again and again. */
const WORK = 10
const FOR_SO_LONG = 1_200

const blockFor = (millis: number): void => {
  const began = performance.now()
  while (performance.now() - began < millis);
}
/** How often the work is let in, while other work takes so many of each 10 ms. */
const letIn = (other: number) =>
  Effect.gen(function*() {
    const { keep } = yield* Pace.Pace
    yield* Effect.forkScoped(
      Effect.forever(Effect.andThen(Effect.sleep(10 - other), Effect.sync(() => blockFor(other))))
    )
    let times = 0
    yield* Effect.forkScoped(Effect.forever(keep(Effect.andThen(
      Effect.yieldNow,
      Effect.sync(() => {
        blockFor(WORK)
        times++
      })
    ))))
    yield* Effect.sleep(FOR_SO_LONG)
    return times
  }).pipe(Effect.scoped, Effect.provide(Pace.layerBesideBuyers))

it("pauses more than twice as long as it took while the thread is busy, and not at all while it is idle", () => {
  assert.closeTo(Pace.pauseOf(3, 1), 7, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0.9), 7, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0), 0, 1e-9)
  assert.closeTo(Pace.pauseOf(0, 0), 0, 1e-9)
  assert.strictEqual(Pace.pauseOf(600_000, 1), 1_000, "what waited for ten minutes does not wait for twenty more")
})

it("pauses longer the busier the thread was", () => {
  const pauses = [0, 0.1, 0.3, 0.5, 0.7, 0.9].map((busy) => Pace.pauseOf(10, busy))
  assert.deepStrictEqual(pauses, pauses.toSorted((one, other) => one - other))
  assert.strictEqual(new Set(pauses).size, pauses.length)
})

it.live("takes in all that it can where its thread has nothing else to do, and a third of that where it has", () =>
  Effect.gen(function*() {
    const most = FOR_SO_LONG / WORK
    const idle = yield* letIn(0)
    assert.isAbove(idle, most * 0.6, `of ${most}`)
    const busy = yield* letIn(9)
    assert.isBelow(busy, most * 0.35, `of ${most}`)
  }))

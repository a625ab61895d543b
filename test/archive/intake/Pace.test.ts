/** How long the archive of an engine in one process leaves the thread to buyers. */
import { assert, it } from "@effect/vitest"
import * as Pace from "@flash-sale/archive/intake/Pace"
import { Effect } from "effect"

/** A piece of work, in milliseconds, and for how long it is let in again and again. */
const WORK = 10
const FOR_SO_LONG = 1_000
/** When it is known how busy the thread is, in milliseconds. */
const SETTLED = 600

const blockFor = (millis: number): void => {
  const began = performance.now()
  while (performance.now() - began < millis);
}
/** Work that is let in again and again beside other work, which takes so many of each 10 ms. */
const beside = Effect.gen(function*() {
  const { keep } = yield* Pace.Pace
  const state = { other: 0, times: 0 }
  yield* Effect.forkScoped(
    Effect.forever(Effect.suspend(() => {
      blockFor(state.other)
      return Effect.sleep(10 - state.other)
    }))
  )
  const work = Effect.sync(() => {
    blockFor(WORK)
    state.times++
  })
  yield* Effect.forkScoped(Effect.forever(keep(Effect.andThen(Effect.yieldNow, work))))
  /** How often it is let in from now on, after a while, while the other work takes so much. */
  return (other: number) =>
    Effect.gen(function*() {
      state.other = other
      yield* Effect.sleep(SETTLED)
      const before = state.times
      yield* Effect.sleep(FOR_SO_LONG)
      return state.times - before
    })
})

it("pauses more than twice as long as it took while the thread is busy, and a ninth of it while it is idle", () => {
  assert.closeTo(Pace.pauseOf(3, 1), 7, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0.9), 7, 1e-9)
  assert.closeTo(Pace.pauseOf(9, 0), 1, 1e-9)
  assert.closeTo(Pace.pauseOf(0, 0), 0, 1e-9)
  assert.strictEqual(Pace.pauseOf(600_000, 1), 1_000, "what waited for ten minutes does not wait for twenty more")
})

it("pauses longer the busier the thread was", () => {
  const pauses = [0, 0.1, 0.3, 0.5, 0.7, 0.9].map((busy) => Pace.pauseOf(10, busy))
  assert.deepStrictEqual(pauses, pauses.toSorted((one, other) => one - other))
  assert.strictEqual(new Set(pauses).size, pauses.length)
})

it.live("takes in most of what it can while its thread has nothing else to do, some where it has, and most again", () =>
  Effect.gen(function*() {
    const letIn = yield* beside
    const most = FOR_SO_LONG / WORK
    const idle = yield* letIn(0)
    assert.isAbove(idle, most * 0.6, `of ${most}`)
    const busy = yield* letIn(9)
    assert.isBelow(busy, most * 0.35, `of ${most}`)
    assert.isAbove(busy, most * 0.03, `of ${most}`)
    const again = yield* letIn(0)
    assert.isAbove(again, most * 0.6, `of ${most}`)
  }).pipe(Effect.scoped, Effect.provide(Pace.layerBesideBuyers)))

/** Slots for payments: bounded, in order, released by a caller that leaves, and cheap when very many wait. */
import { assert, describe, it } from "@effect/vitest"
import * as Slots from "@flash-sale/infra/actor/Slots"
import { Deferred, Effect, Fiber } from "effect"

const MANY = 200_000

describe("Slots", () => {
  it("slots are acquired up to a bound, first come first served, and not by a caller that has left", () => {
    const inFlight = Slots.make(2)
    const begun: Array<number> = []
    const leave: Array<Slots.Release> = []
    const gone = new Set([3])
    const enter = (number: number) =>
      inFlight.acquire({
        begin: (subject: number, leaving) => {
          begun.push(subject)
          leave[subject] = leaving
        },
        hasEnded: () => gone.has(number)
      }, number)
    for (const number of [0, 1, 2, 3, 4, 5]) enter(number)
    assert.deepStrictEqual(begun, [0, 1])
    leave[0]!()
    leave[0]!()
    assert.deepStrictEqual(begun, [0, 1, 2])
    leave[1]!()
    assert.deepStrictEqual(begun, [0, 1, 2, 4])
    for (const number of [2, 4, 5]) leave[number]!()
    assert.deepStrictEqual(begun, [0, 1, 2, 4, 5])
    for (const number of [6, 7, 8]) enter(number)
    assert.deepStrictEqual(begun.slice(-2), [6, 7])
  })

  it("a slot is passed on in constant time", () => {
    const inFlight = Slots.make(1)
    const waiting: Array<Slots.Release> = []
    let begun = 0
    for (let number = 0; number < MANY; number++) {
      inFlight.acquire({
        begin: (_: number, leave) => {
          begun++
          waiting.push(leave)
        },
        hasEnded: () => false
      }, number)
    }
    // A line that is walked through at every change would take minutes.
    const from = performance.now()
    while (waiting.length > 0) waiting.pop()!()
    assert.strictEqual(begun, MANY)
    assert.isBelow(performance.now() - from, 2_000)
  })

  it.effect("a slot is released, however an effect ends", () =>
    Effect.gen(function*() {
      const inFlight = Slots.make(1)
      const isIn = yield* Deferred.make<void>()
      const holding = yield* Effect.forkChild(
        inFlight.within(Effect.andThen(Deferred.succeed(isIn, undefined), Effect.never))
      )
      yield* Deferred.await(isIn)
      const waiting = yield* Effect.forkChild(inFlight.within(Effect.succeed("never")), { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(holding)
      assert.strictEqual(yield* Effect.flip(inFlight.within(Effect.fail("failed"))), "failed")
      assert.strictEqual(yield* inFlight.within(Effect.succeed("in")), "in")
    }))
})

/** Slots for payments: bounded, in order, released by a caller that leaves, and cheap when very many wait. */
import { assert, describe, it } from "@effect/vitest"
import * as Slots from "@flash-sale/infra/actor/Slots"
import { Deferred, Effect, Fiber } from "effect"

const MANY = 200_000

describe("Slots", () => {
  it("slots are acquired up to a bound, first come first served, and not by a caller that has left", () => {
    const slots = Slots.make(2)
    const begun: Array<number> = []
    const leave: Array<Slots.Release> = []
    const leaveLine: Array<(() => void) | undefined> = []
    const enter = (number: number) => {
      leaveLine[number] = slots.acquire({
        begin: (subject: number, leaving) => {
          begun.push(subject)
          leave[subject] = leaving
        }
      }, number)
    }
    for (const number of [0, 1, 2, 3, 4, 5]) enter(number)
    assert.isUndefined(leaveLine[1], "it has begun at once")
    leaveLine[3]!()
    assert.deepStrictEqual(begun, [0, 1])
    leave[0]!()
    leave[0]!()
    assert.deepStrictEqual(begun, [0, 1, 2])
    leave[1]!()
    assert.deepStrictEqual(begun, [0, 1, 2, 4])
    // What has begun is in no line any more.
    leaveLine[4]!()
    for (const number of [2, 4, 5]) leave[number]!()
    assert.deepStrictEqual(begun, [0, 1, 2, 4, 5])
    for (const number of [6, 7, 8]) enter(number)
    assert.deepStrictEqual(begun.slice(-2), [6, 7])
  })

  it("a caller that has left the line leaves nothing behind", () => {
    const slots = Slots.make(1)
    const user = { begin: () => {} }
    slots.acquire(user, 0)
    const leave = Array.from({ length: MANY }, (_, number) => slots.acquire(user, number))
    assert.strictEqual(slots.waiting(), MANY)
    // From the middle as well.
    for (let at = 0; at < MANY; at += 2) leave[at]!()
    for (let at = MANY - 1; at > 0; at -= 2) leave[at]!()
    assert.strictEqual(slots.waiting(), 0)
  })

  it("a slot is passed on in constant time", () => {
    const slots = Slots.make(1)
    const waiting: Array<Slots.Release> = []
    let begun = 0
    for (let number = 0; number < MANY; number++) {
      slots.acquire({
        begin: (_: number, leave) => {
          begun++
          waiting.push(leave)
        }
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
      const slots = Slots.make(1)
      const isIn = yield* Deferred.make<void>()
      const holding = yield* Effect.forkChild(
        slots.within(Effect.andThen(Deferred.succeed(isIn, undefined), Effect.never))
      )
      yield* Deferred.await(isIn)
      const waiting = yield* Effect.forkChild(slots.within(Effect.succeed("never")), { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(holding)
      assert.strictEqual(yield* Effect.flip(slots.within(Effect.fail("failed"))), "failed")
      assert.strictEqual(yield* slots.within(Effect.succeed("in")), "in")
    }))
})

import { assert, describe, it } from "@effect/vitest"
import * as Signals from "@flash-sale/infra/sqlite/database/Signals"
import { Effect, Fiber, Option } from "effect"

describe("Signals", () => {
  it.effect("a waiter reads again only when its topic changed", () =>
    Effect.gen(function*() {
      const signals = Signals.make()
      let reads = 0
      let value: Option.Option<number> = Option.none()
      const read = Effect.sync(() => {
        reads++
        return value
      })
      const fiber = yield* Effect.forkChild(signals.until("a", read), { startImmediately: true })
      signals.wake(["b"])
      yield* Effect.yieldNow
      assert.strictEqual(reads, 1)
      value = Option.some(4)
      signals.wake(["b", "a"])
      assert.strictEqual(yield* Fiber.join(fiber), 4)
      assert.strictEqual(reads, 2)
    }))

  it.effect("a change during a read is not missed", () =>
    Effect.gen(function*() {
      const signals = Signals.make()
      let isThere = false
      const read = Effect.suspend(() => {
        const found = isThere ? Option.some("found") : Option.none()
        isThere = true
        signals.wake(["a"])
        return Effect.as(Effect.yieldNow, found)
      })
      assert.strictEqual(yield* signals.until("a", read), "found")
    }))

  it.effect("a change wakes all waiters of its topic", () =>
    Effect.gen(function*() {
      const signals = Signals.make()
      let isThere = false
      const read = Effect.sync(() => isThere ? Option.some(true) : Option.none())
      const fibers = yield* Effect.forEach(["a", "a", "b"], (topic) =>
        Effect.forkChild(signals.until(topic, read), { startImmediately: true }))
      yield* Fiber.interrupt(fibers[0]!)
      isThere = true
      signals.wakeAll()
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers.slice(1)), [true, true])
    }))
})

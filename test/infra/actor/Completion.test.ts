import { assert, describe, it } from "@effect/vitest"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as MicrotaskBatch from "@flash-sale/infra/actor/MicrotaskBatch"
import { Cause, Effect, Exit, Layer, Logger, References } from "effect"

const BUG = new Error("a bug")

/** Runs with a logger that collects the errors, each with its event. */
const withLines = <A, E>(test: (lines: ReadonlyArray<string>) => Effect.Effect<A, E>) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ cause, fiber, logLevel }) => {
    const { event } = fiber.getRef(References.CurrentLogAnnotations)
    if (logLevel === "Error") lines.push(`${event}: ${String(Cause.squash(cause))}`)
  })
  return Effect.provide(Effect.suspend(() => test(lines)), Layer.fresh(Logger.layer([logger])))
}

describe("A completion", () => {
  it.effect("delivers a result to its function, with the subject", () =>
    Effect.gen(function*() {
      const { of } = yield* Completion.guard
      const got: Array<string> = []
      of(got, (all, result: number) => void all.push(`got ${result}`))(1)
      assert.deepStrictEqual(got, ["got 1"])
    }))

  it.effect("delivers it once, and logs a second one as a bug", () =>
    withLines((lines) =>
      Effect.gen(function*() {
        const { of } = yield* Completion.guard
        const got: Array<number> = []
        const completion = of(got, (all, result: number) => void all.push(result))
        completion(1)
        completion(2)
        yield* Effect.yieldNow
        assert.deepStrictEqual(got, [1])
        assert.deepStrictEqual(lines, ["internal_error: Error: a result was delivered twice"])
      })
    ))

  it.effect("does not throw where its function does: the bug goes to the subject, or to the log", () =>
    withLines((lines) =>
      Effect.gen(function*() {
        const { of } = yield* Completion.guard
        const boom = (): never => {
          throw BUG
        }
        const failed: Array<unknown> = []
        of(failed, boom, (all, defect) => void all.push(defect))(1)
        yield* Effect.yieldNow
        assert.deepStrictEqual(failed, [BUG])
        assert.deepStrictEqual(lines, [])
        of(failed, boom)(1)
        of(failed, boom, boom)(1)
        yield* Effect.yieldNow
        assert.deepStrictEqual(lines, ["internal_error: Error: a bug", "internal_error: Error: a bug"])
      })
    ))

  it.effect("gets a bug in the translation of its result as the result", () =>
    Effect.gen(function*() {
      const { of } = yield* Completion.guard
      const got: Array<Exit.Exit<string>> = []
      const completion = of(got, (all, result: Exit.Exit<string>) => void all.push(result))
      const translated = Completion.mapInput(completion, (): Exit.Exit<string> => {
        throw BUG
      })
      translated(Exit.succeed(1))
      assert.deepStrictEqual(got, [Exit.die(BUG)])
    }))

  it.effect("waits as an effect", () =>
    Effect.gen(function*() {
      const later = Completion.wait<number, string>((completion) => queueMicrotask(() => completion(Exit.succeed(1))))
      assert.strictEqual(yield* later, 1)
      assert.strictEqual(yield* Effect.flip(Completion.wait<number, string>((of) => of(Exit.fail("no")))), "no")
    }))
})

describe("A microtask's batch", () => {
  it.effect("holds what comes in one run of the event loop, and goes to `failed` where it cannot be handled", () =>
    Effect.gen(function*() {
      const handled: Array<ReadonlyArray<number>> = []
      const failed: Array<readonly [ReadonlyArray<number>, unknown]> = []
      const add = MicrotaskBatch.make<number>((batch) => {
        if (batch.includes(3)) throw BUG
        handled.push(batch)
      }, (batch, defect) => void failed.push([batch, defect]))
      add(1)
      add(2)
      yield* Effect.promise(() => Promise.resolve())
      add(3)
      yield* Effect.promise(() => Promise.resolve())
      add(4)
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(handled, [[1, 2], [4]])
      assert.deepStrictEqual(failed, [[[3], BUG]])
    }))
})

import { assert, describe, it } from "@effect/vitest"
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import * as AppendRetries from "@flash-sale/operations/append/AppendRetries"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

const unknown = new AppendUnknown({ detail: "no answer" })
const refused = new AppendRefused({ detail: "away" })

/** What comes of an append that answers so, one try after the other, and so on as at last. */
const outcome = Effect.fnUntraced(function*(answers: ReadonlyArray<AppendUnknown | AppendRefused | "done">) {
  let tried = 0
  const append = Effect.suspend(() => {
    const answer = answers[Math.min(tried++, answers.length - 1)]!
    return answer === "done" ? Effect.succeed("done" as const) : Effect.fail(answer)
  })
  const fiber = yield* Effect.forkChild(Effect.result(AppendRetries.ofIdempotent(append)))
  yield* TestClock.adjust("1 minute")
  return yield* Fiber.join(fiber)
})

describe("AppendRetries", () => {
  it.effect("an append of which one try was unanswered is unknown, and not refused", () =>
    Effect.gen(function*() {
      const cut = yield* outcome([refused, unknown, refused])
      assert.deepStrictEqual(cut._tag === "Failure" ? cut.failure : cut, unknown)
      const away = yield* outcome([refused])
      assert.deepStrictEqual(away._tag === "Failure" ? away.failure : away, refused)
      const done = yield* outcome([unknown, refused, "done"])
      assert.deepStrictEqual(done._tag === "Success" ? done.success : done, "done")
    }))
})

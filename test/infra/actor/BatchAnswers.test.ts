import { assert, describe, it } from "@effect/vitest"
import * as BatchAnswers from "@flash-sale/infra/actor/BatchAnswers"
import { Cause, Exit } from "effect"

const answered = (exit: BatchAnswers.Answered<number, string>["exit"]) => ({ name: "test", messages: 2, exit })
const both = (exit: BatchAnswers.Answered<number, string>["exit"]) =>
  [0, 1].map((index) => BatchAnswers.at(answered(exit), index))

describe("BatchAnswers", () => {
  it("each message has the answer at its place", () => {
    const answers = [Exit.succeed(1), Exit.fail("no")]
    assert.deepStrictEqual(both(Exit.succeed(answers)), answers)
  })

  it("what a batch fails with is the answer to all of its messages", () => {
    assert.deepStrictEqual(both(Exit.fail("away")), [Exit.fail("away"), Exit.fail("away")])
  })

  it.each([0, 1, 3])("%i answers to two messages are a bug, which names who gave them", (count) => {
    const given = Array.from({ length: count }, (_, n) => Exit.succeed(n))
    for (const exit of both(Exit.succeed(given))) {
      const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
      assert.isTrue(Cause.hasDies(cause))
      assert.include(Cause.pretty(cause), `test: ${count} answers to 2 messages`)
    }
  })
})

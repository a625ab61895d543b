/** The records of one batch, sent in as many sends as a broker's bound on size makes of them. */
import { assert, describe, it } from "@effect/vitest"
import { BATCH_TIMEOUT_MILLIS, MAX_BATCH_BYTES, sendAll } from "@flash-sale/infra/kafka/append/Appender"
import { Effect, Exit, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"

/** A record that fills half of a send. */
const half = {
  key: undefined,
  value: Buffer.alloc(MAX_BATCH_BYTES / 2 - 100),
  headers: new Map<Buffer, Buffer>(),
  traceparent: undefined,
  timestamp: undefined
}

describe("A batch of records", () => {
  it.effect("begins no send after its timeout: those records are refused as overloaded", () =>
    Effect.gen(function*() {
      let offset = 0
      const slow = (batch: ReadonlyArray<unknown>) =>
        Effect.as(Effect.sleep(BATCH_TIMEOUT_MILLIS - 500), (offset += batch.length) - batch.length)
      const sent = yield* Effect.forkChild(
        sendAll(Array.from({ length: 6 }, () => half), (batch) => Effect.suspend(() => slow(batch)))
      )
      yield* TestClock.adjust("1 minute")
      const answers = yield* Fiber.join(sent)
      assert.deepStrictEqual(answers.slice(0, 4), [0, 1, 2, 3].map((n) => Exit.succeed(n)))
      assert.deepStrictEqual(
        answers.slice(4).map((answer) => {
          const error = Option.getOrUndefined(Exit.findErrorOption(answer))
          return error?._tag === "AppendRefused" && error.overloaded
        }),
        [true, true]
      )
    }))
})

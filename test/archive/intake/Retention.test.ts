/** What is deleted of an archive whose orders are kept for a while, and by which clock. */
import { assert, describe, it } from "@effect/vitest"
import * as ArchiveState from "@flash-sale/archive/intake/ArchiveState"
import * as Retention from "@flash-sale/archive/intake/Retention"
import { Duration, Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as TestWriter from "../TestWriter.ts"

const NOW = Date.parse("2026-11-30T12:00:00Z")
const DAY = Duration.toMillis("1 day")

/** Sweeps twice at this time of the clock. Returns before when orders were deleted. */
const sweepAt = (now: number, writer: TestWriter.TestWriter, keptFor: Duration.Input = "30 days") =>
  Effect.gen(function*() {
    yield* TestClock.setTime(now)
    yield* Effect.raceFirst(Retention.sweep, TestClock.adjust("90 seconds"))
    return writer.seen.swept
  }).pipe(
    Effect.provideService(Retention.KeptFor, Duration.fromInputUnsafe(keptFor)),
    Effect.provide([ArchiveState.layer, writer.layer, Logger.layer([])])
  )

const writerWith = (newest: number | undefined) => {
  const writer = TestWriter.make()
  writer.seen.newest = newest
  return writer
}

describe("Retention", () => {
  it.effect("deletes what is older than it is kept, each minute", () =>
    Effect.gen(function*() {
      const swept = yield* sweepAt(NOW, writerWith(NOW + DAY))
      assert.deepStrictEqual(swept, [NOW - 30 * DAY, NOW + 60_000 - 30 * DAY])
    }))

  it.effect("deletes nothing more where the clock is days ahead of the orders", () =>
    Effect.gen(function*() {
      const swept = yield* sweepAt(NOW + 400 * DAY, writerWith(NOW))
      assert.deepStrictEqual(swept, [NOW - 30 * DAY, NOW - 30 * DAY])
    }))

  it.effect("deletes nothing of an archive without orders, and nothing where they are kept for ever", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sweepAt(NOW, writerWith(undefined)), [])
      assert.deepStrictEqual(yield* sweepAt(NOW, writerWith(NOW), Duration.infinity), [])
    }))

  it.effect("goes on after a bug", () =>
    Effect.gen(function*() {
      const writer = writerWith(NOW)
      writer.seen.bugs = 1
      assert.deepStrictEqual(yield* sweepAt(NOW, writer), [NOW - 30 * DAY])
    }))
})

import { assert, describe, it } from "@effect/vitest"
import { checkBanned } from "../../../scripts/architecture/Banned.ts"
import { WALL_CLOCK } from "../../../scripts/architecture/WallClock.ts"
import { sources } from "../../../scripts/Source.ts"

const found = (path: string, text: string) =>
  checkBanned([{ path, text }], WALL_CLOCK).filter(({ rule }) => rule === "banned")

describe("the wall clock", () => {
  it("is read, and measures by Effect's own means, in the files that are listed and in no other", () => {
    const bad = [
      "yield* Clock.currentTimeMillis",
      "clock.currentTimeMillisUnsafe()",
      "Effect.map(Clock.currentTimeNanos, f)",
      "clock.currentTimeNanosUnsafe()",
      "yield* DateTime.now",
      "DateTime.nowUnsafe()",
      "Effect.cachedWithTTL(ask, \"1 second\")",
      "Effect.cachedInvalidateWithTTL(ask, \"1 second\")",
      "Schedule.fixed(\"1 second\")",
      "Schedule.windowed(\"1 second\")",
      "Schedule.during(\"1 minute\")",
      "again.pipe(Schedule.upTo({ duration: \"1 minute\" }))"
    ]
    for (const code of bad) assert.lengthOf(found("packages/gateway/src/A.ts", `f(\n${code})`), 1, code)
    const good = [
      "yield* Monotonic.now",
      "Schedule.spaced(\"1 second\")",
      "again.pipe(Schedule.upTo({ times: 10 }))",
      "// Clock.currentTimeMillis",
      "DateTime.makeUnsafe(millis)"
    ]
    for (const code of good) assert.deepStrictEqual(found("packages/gateway/src/A.ts", `f(\n${code})`), [], code)
    assert.deepStrictEqual(found("packages/gateway/src/buy/AppendStage.ts", "clock.currentTimeMillisUnsafe()"), [])
  })

  it("is read by every file that is listed, each with a reason", () => {
    const files = sources("packages/*/src/**/*.ts")
    assert.deepStrictEqual(checkBanned(files, WALL_CLOCK), [])
    for (const reason of WALL_CLOCK.flatMap(({ except }) => Object.values(except))) assert.isAbove(reason.length, 10)
  })
})

import * as Timeline from "@flash-sale/cli/load/html/Timeline"
import { describe, expect, it } from "vitest"

/** An answer each `everyMillis`, which takes as many milliseconds as its number. */
const answers = (count: number, everyMillis: number, kindOf = (_: number) => "202 accepted"): Timeline.Answers => {
  const all = Array.from({ length: count }, (_, index) => index)
  return { at: all.map((n) => n * everyMillis), millis: all, kinds: all.map(kindOf) }
}

const sum = (rates: ReadonlyArray<number>, width: number) =>
  Math.round(rates.reduce((one, other) => one + other, 0) * width)

describe("Timeline", () => {
  it("counts each answer once, in the piece in which it came, and each order in the one in which it was due", () => {
    const { answered, at, due, p50, p99 } = Timeline.of({
      at: [50, 150, 151],
      millis: [1, 2, 100],
      kinds: ["a", "a", "b"]
    }, 0.2)
    expect(at).toEqual([0, 0.1, 0.2])
    expect(answered).toEqual([10, 20, 0])
    expect(due).toEqual([20, 10, 0])
    expect(p50).toEqual([1, 2, null])
    expect(p99).toEqual([1, 100, null])
  })

  it.each([[0.3, 0.1], [15, 0.1], [16, 0.25], [150, 1], [3_600, 30], [9_001, 120], [1_000_000, 7_680]])(
    "%d s are shown in pieces of %d s, and no more than there may be",
    (seconds, width) => {
      const { answered, at, due } = Timeline.of(answers(100, seconds * 10), seconds)
      expect(at[1]).toBe(width)
      expect(at.length).toBeLessThanOrEqual(Timeline.MAX_PIECES + 1)
      expect(Math.abs(sum(answered, width) - 100)).toBeLessThanOrEqual(1)
      expect(Math.abs(sum(due, width) - 100)).toBeLessThanOrEqual(1)
    }
  )

  it("the most frequent answers have lines of their own, and the others share one", () => {
    const { outcomes } = Timeline.of(answers(1_000, 1, (n) => n < 900 ? "202 accepted" : `code_${n % 10}`), 1)
    expect(outcomes.map(({ name }) => name)).toEqual([
      "202 accepted",
      ...[0, 1, 2, 3, 4].map((n) => `code_${n}`),
      "others"
    ])
    expect(outcomes.map(({ rates }) => sum(rates, 0.1))).toEqual([900, 10, 10, 10, 10, 10, 50])
  })

  it("a run without an answer is a line at zero", () => {
    expect(Timeline.of({ at: [], millis: [], kinds: [] }, 0)).toMatchObject({
      at: [0],
      answered: [0],
      p50: [null],
      outcomes: []
    })
  })
})

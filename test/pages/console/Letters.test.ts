import { describe, expect, it } from "vitest"
import type { LettersHandled } from "../../../packages/pages/src/console/calls/Wire.ts"
import { PART, run } from "../../../packages/pages/src/console/letters/LetterRun.ts"
import { holding, outcomeWords, sumLines, tried } from "../../../packages/pages/src/console/words/LetterWords.ts"

type Outcome = LettersHandled["letters"][number]

const of = (id: string, outcome: string, more: Partial<Outcome> = {}): Outcome => ({ id, outcome, ...more })

/** An engine that handles all letters of a request or none, as `judge` says of each. */
const engine = (judge: (id: string) => string) => {
  const asked: Array<ReadonlyArray<string>> = []
  return {
    asked,
    send: (ids: ReadonlyArray<string>): Promise<LettersHandled> => {
      asked.push(ids)
      const refused = ids.some((id) => judge(id) === "not_failed")
      const letters = ids.map((id) => of(id, refused && judge(id) !== "not_failed" ? "left" : judge(id)))
      return Promise.resolve({ dry_run: false, total: ids.length, sums: {}, letters })
    }
  }
}

const named = (count: number) => Array.from({ length: count }, (_, number) => `0-${number}`)

describe("LetterRun", () => {
  it("handles many in parts, and says how far it is", async () => {
    const { asked, send } = engine(() => "replayed")
    const progress: Array<readonly [number, number]> = []
    const { outcomes, untried } = await run(named(2 * PART + 1), send, (done, total) => progress.push([done, total]))
    expect([asked.map(({ length }) => length), outcomes.length, untried]).toEqual([[PART, PART, 1], 2 * PART + 1, 0])
    expect(progress).toEqual([0, PART, 2 * PART, 2 * PART + 1].map((done) => [done, 2 * PART + 1]))
  })

  it("sends those again without the one that stood in their way", async () => {
    const { asked, send } = engine((id) => id === "0-3" ? "not_failed" : "replayed")
    const { outcomes } = await run(named(5), send, () => {})
    expect(asked).toEqual([named(5), ["0-0", "0-1", "0-2", "0-4"]])
    expect(outcomes.map(({ id, outcome }) => [id, outcome]).toSorted()).toEqual([
      ["0-0", "replayed"],
      ["0-1", "replayed"],
      ["0-2", "replayed"],
      ["0-3", "not_failed"],
      ["0-4", "replayed"]
    ])
  })

  it("ends where the engine cannot go on, and says how many were not tried", async () => {
    const { asked, send } = engine(() => "failed")
    const { outcomes, untried } = await run(named(3 * PART), send, () => {})
    expect([asked.length, outcomes.length, untried]).toEqual([1, PART, 2 * PART])
  })

  it("fails as a request fails", async () => {
    await expect(run(named(1), () => Promise.reject(new Error("away")), () => {})).rejects.toThrow("away")
  })
})

describe("LetterWords", () => {
  const letters = [
    of("1", "would_reserve"),
    of("2", "price_changed", { price_before: 1_000, currency_before: "EUR", price_now: 1_250, currency_now: "EUR" }),
    of("3", "sold_out"),
    of("4", "refused", { code: "being_placed" }),
    of("5", "already_sold", { order_status: "COMPLETED" }),
    of("6", "would_reserve", { certain: false }),
    of("7", "a_later_outcome")
  ]

  it("knows what is tried, and what would hold units", () => {
    expect(tried(letters).map(({ id }) => id)).toEqual(["1", "2", "3", "6"])
    expect(holding(letters).map(({ id }) => id)).toEqual(["1", "2", "6"])
  })

  it("has words for each, and a line for those that are alike", () => {
    expect(letters.map(outcomeWords)).toEqual([
      "holds its units again, and is charged",
      "holds its units, at another price than before: €12.50 instead of €10.00",
      "finds nothing left, and fails as sold out",
      "cannot be tried: is being placed again by its buyer just now",
      "is completed already (COMPLETED)",
      "holds its units again, and is charged, as far as is known",
      "a later outcome"
    ])
    expect(sumLines(letters)[0]).toBe("2: holds its units again, and is charged")
    expect(sumLines(letters)).toContain("1: is being placed again by its buyer just now")
  })
})

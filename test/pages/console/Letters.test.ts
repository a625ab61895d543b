import { FlashSaleError } from "@flash-sale/client"
import { describe, expect, it } from "vitest"
import type { AdminCalls } from "../../../packages/pages/src/console/calls/AdminCalls.ts"
import type { LettersHandled } from "../../../packages/pages/src/console/calls/Wire.ts"
import { discard, MOST, replay } from "../../../packages/pages/src/console/letters/LetterChanges.ts"
import { PART, run } from "../../../packages/pages/src/console/letters/LetterRun.ts"
import { holding, outcomeWords, sumLines, tried } from "../../../packages/pages/src/console/words/LetterWords.ts"
import { refusalOf, traceOf } from "../../../packages/pages/src/console/words/Refusals.ts"

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

const goesOn = { isStopped: () => false, onProgress: () => {} }

const named = (count: number) => Array.from({ length: count }, (_, number) => `0-${number}`)

describe("LetterRun", () => {
  it("handles many in parts, and says how far it is", async () => {
    const { asked, send } = engine(() => "replayed")
    const progress: Array<readonly [number, number]> = []
    const { outcomes, untried } = await run(named(2 * PART + 1), send, {
      ...goesOn,
      onProgress: (done, total) => progress.push([done, total])
    })
    expect([asked.map(({ length }) => length), outcomes.length, untried]).toEqual([[PART, PART, 1], 2 * PART + 1, 0])
    expect(progress).toEqual([0, PART, 2 * PART, 2 * PART + 1].map((done) => [done, 2 * PART + 1]))
  })

  it("sends those again without the one that stood in their way", async () => {
    const { asked, send } = engine((id) => id === "0-3" ? "not_failed" : "replayed")
    const { outcomes } = await run(named(5), send, goesOn)
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
    const { outcomes, untried } = await run(named(3 * PART), send, goesOn)
    expect([asked.length, outcomes.length, untried]).toEqual([1, PART, 2 * PART])
  })

  it.each([
    [new FlashSaleError("no", { code: "timeout" }), { untried: PART, unknown: PART }],
    [new FlashSaleError("no", { code: "log_unavailable", status: 503 }), { untried: 2 * PART, unknown: 0 }]
  ])("says what was done before a request failed: %s", async (error, counts) => {
    const { asked, send } = engine(() => "replayed")
    const found = await run(named(3 * PART), (ids) => asked.length === 1 ? Promise.reject(error) : send(ids), goesOn)
    expect({ ...found, outcomes: found.outcomes.length }).toEqual({ outcomes: PART, ...counts, error })
  })

  it("is stopped between two parts", async () => {
    const { asked, send } = engine(() => "replayed")
    const found = await run(named(3 * PART), send, { ...goesOn, isStopped: () => asked.length === 2 })
    expect([found.outcomes.length, found.untried, found.unknown]).toEqual([2 * PART, PART, 0])
  })

  it("knows what was done of the part that failed", async () => {
    const { asked, send } = engine((id) => id === "0-3" ? "not_failed" : "replayed")
    const error = new FlashSaleError("no", { code: "timeout" })
    const found = await run(named(5), (ids) => asked.length === 1 ? Promise.reject(error) : send(ids), goesOn)
    expect(found).toEqual({ outcomes: [of("0-3", "not_failed")], untried: 0, unknown: 4, error })
  })

  it("fails as a request fails where nothing was done before", async () => {
    await expect(run(named(1), () => Promise.reject(new Error("away")), goesOn)).rejects.toThrow("away")
  })
})

describe("LetterChanges", () => {
  const letters = named(PART + 1).map((id) => ({ id, reason: "Payment Timeout" as const }))
  const error = new FlashSaleError("no", { code: "timeout", correlationId: "c-1" })
  const send = (calls: AdminCalls) =>
    discard(calls, { kind: "these", letters }, () => {}).send({
      values: {},
      reason: "a test",
      idempotencyKey: "key-1",
      ...goesOn,
      signal: new AbortController().signal
    })

  it("says both: what was done, and why it ended", async () => {
    const { asked, send: answer } = engine(() => "discarded")
    const change = (_: string, __: string, { body }: { readonly body: { readonly ids: ReadonlyArray<string> } }) =>
      asked.length === 1 ? Promise.reject(error) : answer(body.ids)
    const failure = await send({ change } as unknown as AdminCalls).catch((error: unknown) => error)
    expect(refusalOf(failure)).toEqual({
      title: "Only a part was done",
      text: `${PART}: discarded. 1: nobody knows, as no answer came. Then it ended: No answer in time. ` +
        "The engine is slow, or its answer was lost."
    })
    expect(traceOf(failure)).toBe("c-1")
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
    expect(sumLines([...letters, of("8", "sold_out")])[0]).toBe("2: finds nothing left, and fails as sold out")
    // What is not certain is not added to what is.
    expect(sumLines(letters)).toContain("1: holds its units again, and is charged")
    expect(sumLines(letters)).toContain("1: holds its units again, and is charged, as far as is known")
    expect(sumLines(letters)).toContain("1: is being placed again by its buyer just now")
  })
})

describe("Many letters", () => {
  const outcomes = (count: number) => named(count).map((id) => of(id, "would_reserve"))
  /** An engine that would try so many, of which it lists pages. */
  const calls = (count: number) =>
    ({
      change: () => Promise.resolve({ letters: outcomes(Math.min(count, MOST)) }),
      get: (_: string, __: unknown, { cursor = "0" }: { readonly cursor?: string }) => {
        const [from, next] = [Number(cursor), Number(cursor) + 200]
        const letters = named(next).slice(from).map((id) => ({ id, reason: "Payment Timeout" }))
        return Promise.resolve({ letters, open: { total: count }, ...(next < count ? { next: String(next) } : {}) })
      }
    }) as unknown as AdminCalls
  const all = { kind: "filter", filter: {}, words: "all dead letters" } as const
  const told = async (make: typeof replay, count: number) => {
    const progress: Array<readonly [number, number]> = []
    const change = make(calls(count), all, () => {})
    await change.preview!(new AbortController().signal, (done, total) => progress.push([done, total]), {})
    const { lines } = change.effects({ which: "holding" }) as { readonly lines: ReadonlyArray<string> }
    return { lines, last: progress.at(-1) }
  }
  const rest = "These are the oldest 10,000. The others follow when it is done again."

  it("are replayed as many at a time as the engine takes, and it is said that there are others", async () => {
    const { lines } = await told(replay, 100_000)
    expect(lines.slice(0, 3)).toEqual([
      "Tries 10,000 orders again, of 10,000.",
      rest,
      "10,000: holds its units again, and is charged"
    ])
    expect((await told(replay, 400)).lines).not.toContain(rest)
  })

  it("are discarded as many at a time, too", async () => {
    const { last, lines } = await told(discard, 100_000)
    expect([last, lines[0], lines[1]]).toEqual([
      [MOST, MOST],
      "Takes 10,000 letters off the list. Nothing is tried again, and nothing brings them back.",
      rest
    ])
    const few = await told(discard, 400)
    expect([few.last, few.lines.length]).toEqual([[400, 400], 2])
  })
})

import { describe, expect, it } from "vitest"
import type { Overview, OverviewHistory } from "../../../packages/pages/src/console/calls/Wire.ts"
import { paymentShares } from "../../../packages/pages/src/console/live/PaymentShares.ts"
import { NONE, remembered, type Samples, seen, WINDOW } from "../../../packages/pages/src/console/live/Samples.ts"
import { SellingPace } from "../../../packages/pages/src/console/overview/SellingPace.ts"
import { letterTone, problemsOf } from "../../../packages/pages/src/console/words/Problems.ts"

const isoOf = (seconds: number): string => new Date(seconds * 1_000).toISOString()

/** An engine that is well, but for these. */
const overview = (
  gateways: object = {},
  processors: object = {},
  others: object = {}
): Overview => ({
  now: isoOf(1_000),
  status: "healthy",
  problems: [],
  versions: ["0.2.0"],
  gateways: { accepted_per_second: 5, refused_per_second: {}, failed_per_second: {}, ...gateways },
  processors: {
    lag: { records: 0, seconds: 0 },
    payments: { in_flight: 0, in_doubt: 0, per_second: {}, held_back: false, simulated: false },
    ...processors
  },
  ...others
} as unknown as Overview)

const lengths = ({ times, values }: Samples) => [times, ...Object.values(values)].map(({ length }) => length)

/** With what is seen at this moment. */
const at = (samples: Samples, seconds: number, gateways: object = {}): Samples =>
  seen(samples, overview(gateways, {}, { now: isoOf(seconds) }))

describe("Samples", () => {
  it("has one a second, whatever comes in between, and the last one last", () => {
    let samples = NONE
    for (let n = 0; n < 200; n++) samples = at(samples, 1_000 + n / 20, { accepted_per_second: n })
    expect(samples.times.length).toBeLessThanOrEqual(13)
    expect(samples.values.accepted.at(-1)).toBe(199)
    expect(new Set(lengths(samples)).size).toBe(1)
  })

  it("goes back as far as its window", () => {
    let samples = NONE
    for (let n = 0; n < 2 * WINDOW; n++) samples = at(samples, 5_000 + n)
    expect(samples.times.length).toBe(WINDOW + 1)
    expect(new Set(lengths(samples)).size).toBe(1)
  })

  it("breaks the line where nothing was seen, and never goes back", () => {
    const first = at(NONE, 1_000)
    const later = at(first, 1_030)
    expect(later.times).toEqual([1_000, 1_001, 1_030])
    expect(later.values.accepted).toEqual([5, null, 5])
    const back = at(later, 1_010, { accepted_per_second: 7 })
    expect(back.times.toSorted((a, b) => a - b)).toEqual(back.times)
    expect(back.values.accepted.at(-1)).toBe(7)
  })

  it("begins with what the engine remembers, of the time before anything was seen", () => {
    const of = (seconds: number) => ({
      at: isoOf(seconds),
      accepted_per_second: 3,
      refused_per_second: { limit: 1, sold_out: 2 },
      failed_per_second: {},
      lag_seconds: 0.5,
      payments_in_flight: 4
    })
    const history = { every_seconds: 5, samples: [990, 995, 1_000, 1_005].map(of) } as unknown as OverviewHistory
    const all = remembered(at(NONE, 1_002), history)
    expect(all.times).toEqual([990, 995, 1_000, 1_002])
    expect(all.values.refused).toEqual([3, 3, 3, 0])
    expect(new Set(lengths(all)).size).toBe(1)
    expect(remembered(NONE, history).times.length).toBe(4)
  })
})

describe("Samples after a gap", () => {
  it("have what the engine remembers of it, and nothing twice", () => {
    const seenAt = [1_000, 1_001, 1_002, 1_060, 1_061].reduce((all, seconds) => at(all, seconds), NONE)
    const history = {
      every_seconds: 5,
      samples: Array.from({ length: 16 }, (_, n) => ({
        at: isoOf(990.4 + 5 * n),
        accepted_per_second: 3,
        refused_per_second: {},
        failed_per_second: {},
        lag_seconds: 0,
        payments_in_flight: 0
      }))
    } as unknown as OverviewHistory
    const all = remembered(seenAt, history)
    expect(all.values.accepted).not.toContain(null)
    const [first = 0, ...others] = all.times
    expect(Math.max(...others.map((time, place) => time - (all.times[place] ?? first)))).toBeLessThan(6)
    expect(all.times.filter((time) => time > 1_000 && time < 1_060).length).toBe(13)
    expect(all.times.at(-1)).toBe(1_061)
  })
})

describe("SellingPace", () => {
  it("says nothing at first, then how fast, of those that are still seen", () => {
    const pace = new SellingPace()
    pace.see([{ item_id: "a", available: 100 }, { item_id: "b", available: 5 }], 10)
    expect(pace.of("a")).toBeUndefined()
    pace.see([{ item_id: "a", available: 80 }], 20)
    expect([pace.of("a"), pace.perSecond("a")]).toEqual([{ seconds: 10, units: 20 }, 2])
    expect(pace.of("b")).toBeUndefined()
    pace.see([{ item_id: "a", available: 80 }], 75)
    expect(pace.perSecond("a")).toBe(0)
  })
})

describe("PaymentShares", () => {
  const paying = (samples: Samples, seconds: number, rates: object) =>
    seen(samples, overview({}, { payments: { per_second: rates, in_flight: 0 } }, { now: isoOf(seconds) }))
  const during = (from: number, count: number, rates: object, before = NONE) =>
    Array.from({ length: count }, (_, n) => from + n).reduce((all, at) => paying(all, at, rates), before)

  it("are of the last minute, without what was voided", () => {
    const before = during(1_000, 60, { unknown: 5 })
    const after = during(1_060, 60, { paid: 3, unknown: 1, refused: 1, declined: 1, voided: 9 }, before)
    const shares = paymentShares(after)!
    expect([shares.failed, shares.declined].map((share) => share.toFixed(3))).toEqual(["0.333", "0.167"])
    expect(problemsOf(overview(), shares)).toMatchObject([{ tone: "bad", title: "33% of the payments fail" }])
    expect(paymentShares(before)).toEqual({ declined: 0, failed: 1 })
  })

  it("are not said of a few", () => {
    expect(paymentShares(NONE)).toBeUndefined()
    expect(paymentShares(during(1_000, 9, { unknown: 1 }))).toBeUndefined()
    expect(problemsOf(overview(), { declined: 0.9, failed: 0.1 })).toEqual([])
  })
})

describe("Problems", () => {
  it("are none of an engine that is well", () => {
    expect(problemsOf(overview())).toEqual([])
  })

  it("count, warn, and say what a later release knows", () => {
    const problems = [{ code: "redis_away", count: 2 }, { code: "a_later_code", count: 1 }]
    const letters = { dead_letters: { size: 1, oldest_seconds: 4_000 }, lag: { records: 12, seconds: 40 } }
    const found = problemsOf(overview({}, letters, { problems, versions: ["0.1.0", "0.2.0"] }))
    expect(found.map(({ title }) => title)).toEqual([
      "2 instances cannot use the store",
      "a_later_code",
      "One order needs a person",
      "Processing is 40\u00a0s behind",
      "An upgrade is under way"
    ])
    expect(found.map(({ tone }) => tone)).toEqual(["bad", "bad", "bad", "warn", "warn"])
    expect(found[2]!.text).toBe("The oldest has waited for 1\u00a0h 6\u00a0min.")
  })

  // As the alerts have it, and `doctor`.
  it.each([
    [undefined, undefined],
    [{ size: 0, oldest_seconds: 0 }, undefined],
    [{ size: 100, oldest_seconds: 3_600 }, "warn"],
    [{ size: 101, oldest_seconds: 1 }, "bad"],
    [{ size: 1, oldest_seconds: 3_601 }, "bad"]
  ])("have one severity for dead letters: %o", (letters, tone) => {
    expect(letterTone(letters)).toBe(tone)
  })
})

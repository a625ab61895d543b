import { describe, expect, it } from "vitest"
import { ClockTrust } from "../../../packages/pages/src/sale/ClockTrust.ts"
import { EngineClock } from "../../../packages/pages/src/sale/EngineClock.ts"
import { jitter, MOST, WINDOW } from "../../../packages/pages/src/sale/StartJitter.ts"
import { momentOf, moneyOf, timeLeft, untilNextSecond } from "../../../packages/pages/src/sale/TimeLeft.ts"

describe("TimeLeft", () => {
  it.each([
    [-5_000, "00:00"],
    [0, "00:00"],
    [1, "00:01"],
    [1_000, "00:01"],
    [1_001, "00:02"],
    [599_400, "10:00"],
    [3_600_000, "01:00:00"],
    [30 * 86_400_000 - 1_000, "29 d 23:59:59"]
  ])("%d ms are %s", (millis, text) => {
    expect(timeLeft(millis)).toBe(text)
  })

  it.each([[1, 1], [1_000, 1_000], [1_001, 1], [2_500, 500], [0, 0], [-1, 0]])(
    "what is said of %d ms changes after %d ms",
    (millis, until) => {
      expect(untilNextSecond(millis)).toBe(until)
      if (until > 0) expect(timeLeft(millis - until)).not.toBe(timeLeft(millis))
      if (until > 1) expect(timeLeft(millis - until + 1)).toBe(timeLeft(millis))
    }
  )

  it("says moments with UTC beside, and money by its currency", () => {
    expect(momentOf(Date.parse("2026-12-01T18:05:00Z"), "en")).toMatch(/Dec.*\(18:05 UTC\)$/)
    expect(moneyOf(1_900, "EUR", "en")).toBe("€19.00")
    expect(moneyOf(1_900, "JPY", "en")).toBe("¥1,900")
    expect(moneyOf(1_900, "KWD", "en")).toMatch(/1\.900$/)
    expect(moneyOf(1_900, "IDR", "en")).toMatch(/19\.00$/)
  })
})

describe("EngineClock", () => {
  it("goes on from what was told last, and takes no rubbish", () => {
    let elapsed = 1_000
    const clock = new EngineClock(() => elapsed)
    expect(clock.now()).toBeUndefined()
    clock.set("2026-12-01T18:00:00Z")
    elapsed += 250
    clock.set("soon")
    clock.set(undefined)
    expect(clock.now()).toBe(Date.parse("2026-12-01T18:00:00.250Z"))
  })
})

describe("ClockTrust", () => {
  it.each([
    ["both go on", 60_000, 60_000, false],
    ["a second between them, by drift", 60_000, 61_000, false],
    ["one stands still while the machine sleeps", 5_000, 3_605_000, true],
    ["the other is set back", 5_000, -3_600_000, true],
    ["a quarter of an hour", 15 * 60_000, 15 * 60_000, false],
    ["and longer", 15 * 60_000 + 1, 15 * 60_000 + 1, true]
  ])("%s: %d and %d ms later it is lost: %j", (_, elapsed, wall, isLost) => {
    const now = { elapsed: 1_234, wall: 1_700_000_000_000 }
    const trust = new ClockTrust({ elapsed: () => now.elapsed, wall: () => now.wall })
    expect(trust.isLost).toBe(false)
    now.elapsed += elapsed
    now.wall += wall
    expect(trust.isLost).toBe(isLost)
  })
})

describe("StartJitter", () => {
  it("spreads what is pressed at the opening, and nothing else", () => {
    expect(jitter(10_000, 10_000, 0.5)).toBe(MOST / 2)
    expect(jitter(10_000, 10_000 + WINDOW - 1, 0.999)).toBeLessThan(MOST)
    expect(jitter(10_000, 10_000 + WINDOW, 0.5)).toBe(0)
    expect(jitter(undefined, 10_000, 0.5)).toBe(0)
  })
})

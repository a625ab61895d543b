/** How many dead letters there are, and what `doctor` has found, as the navigation says it. */
import { describe, expect, it, vi } from "vitest"
import type { AdminCalls } from "../../../packages/pages/src/console/calls/AdminCalls.ts"
import { DoctorWatch } from "../../../packages/pages/src/console/live/DoctorWatch.ts"
import { OverviewFeed } from "../../../packages/pages/src/console/live/OverviewFeed.ts"

const SHOWN = { hidden: false, addEventListener: () => {}, removeEventListener: () => {} }

/** A feed, and what tells it that so many dead letters are open. */
const fed = () => {
  const told: Array<() => void> = []
  const waiting: Array<string> = []
  const snapshot = (size: number) =>
    JSON.stringify({
      now: "2026-12-01T18:00:00.000Z",
      gateways: { accepted_per_second: 0, refused_per_second: {}, failed_per_second: {} },
      processors: { lag: { seconds: 0 }, payments: { per_second: {} }, dead_letters: { size, oldest_seconds: 1 } }
    })
  async function* events() {
    while (true) {
      while (waiting.length > 0) yield { data: waiting.shift()! }
      await new Promise<void>((resolve) => told.push(resolve))
    }
  }
  const calls = { events, get: () => Promise.reject(new Error("no history")), reach: { askNow: () => {} } }
  const feed = new OverviewFeed(calls as unknown as AdminCalls)
  feed.begin(SHOWN as unknown as Document)
  return {
    feed,
    tell: async (size: number) => {
      waiting.push(snapshot(size))
      const heard = vi.fn<() => void>()
      const forget = feed.listen(heard)
      await vi.waitFor(() => {
        told.splice(0).forEach((go) => go())
        expect(heard).toHaveBeenCalled()
      })
      forget()
    }
  }
}

describe("dead letters", () => {
  it("are as many as a page has counted until processors say another number", async () => {
    const { feed, tell } = fed()
    expect(feed.letters).toBeUndefined()
    await tell(163)
    expect(feed.letters).toBe(163)
    feed.countLetters(173)
    expect(feed.letters).toBe(173)
    await tell(163)
    expect(feed.letters).toBe(173)
    await tell(172)
    expect(feed.letters).toBe(172)
    feed.countLetters(0)
    expect(feed.letters).toBe(0)
    feed.end()
  })
})

describe("doctor", () => {
  it("is asked once the page is there, now and then, and by nobody after the end", async () => {
    vi.useFakeTimers()
    vi.stubGlobal("document", SHOWN)
    const sums = { wrong: 1, warning: 2, not_looked_at: 0, ok: 30 }
    const get = vi.fn<() => Promise<object>>().mockResolvedValueOnce({ sums }).mockRejectedValue(new Error("away"))
    const changed = vi.fn<() => void>()
    const watch = new DoctorWatch({ get } as unknown as AdminCalls, changed)
    watch.begin()
    expect([get.mock.calls.length, watch.sums]).toEqual([0, undefined])
    await vi.advanceTimersByTimeAsync(3_000)
    expect([get.mock.calls.length, watch.sums]).toEqual([1, sums])
    // Where nobody can say, nothing is said.
    await vi.advanceTimersByTimeAsync(300_000)
    expect([get.mock.calls.length, watch.sums, changed.mock.calls.length]).toEqual([2, undefined, 2])
    watch.end()
    watch.see({ sums })
    await vi.advanceTimersByTimeAsync(600_000)
    expect([get.mock.calls.length, watch.sums]).toEqual([2, undefined])
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
})

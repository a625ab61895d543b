import { FlashSaleError } from "@flash-sale/client"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { mayBeRecorded } from "../../../packages/pages/src/console/calls/MayBeRecorded.ts"
import {
  type Change,
  effects,
  latestOf,
  MAY_BE_RECORDED,
  type Sending
} from "../../../packages/pages/src/console/parts/Change.ts"
import { OpenChange } from "../../../packages/pages/src/console/parts/OpenChange.ts"
import { LOOK_AFTER } from "../../../packages/pages/src/console/parts/Preview.ts"

const failed = (code: string, status?: number) => new FlashSaleError("no", { code, status })

/** An open change, what was sent of it, and what is to come of each sending. */
const opened = (outcomes: ReadonlyArray<() => Promise<string>>, more: Partial<Change> = {}) => {
  const sent: Array<Sending> = []
  let keys = 0
  const after = vi.fn<() => void>()
  const current = new OpenChange({
    change: {
      title: "Change",
      action: "Do it",
      fields: [{ name: "units", label: "Units", kind: "number" }],
      effects: () => effects("Does it."),
      send: (sending) => {
        sent.push(sending)
        return outcomes[sent.length - 1]!()
      },
      after,
      ...more
    },
    newKey: () => `key-${++keys}`,
    onUpdate: () => {}
  })
  current.type("units", "5")
  current.giveReason(" a test ")
  return { current, sent, after }
}

const fails = (error: unknown) => () => Promise.reject(error)

describe("OpenChange", () => {
  it("says what came of it, once", async () => {
    const { after, current, sent } = opened([() => Promise.resolve("Done.")])
    expect(await current.send()).toBe("Done.")
    expect(sent.map(({ reason, values }) => [values, reason])).toEqual([[{ units: "5" }, "a test"]])
    expect(after).toHaveBeenCalledOnce()
    expect(current.close()).toEqual({ isClosed: true })
  })

  it("cannot be closed, typed in or sent twice while it is being sent, and goes on to its end", async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const { current, sent } = opened([() => promise])
    const sending = current.send()
    expect([current.isSending, current.isLocked]).toEqual([true, true])
    expect(current.close()).toEqual({ isClosed: false })
    current.stop()
    expect(sent[0]!.isStopped()).toBe(true)
    current.type("units", "500")
    expect(await current.send()).toBeUndefined()
    expect([sent.length, sent[0]!.signal.aborted, current.values]).toEqual([1, false, { units: "5" }])
    resolve("Done.")
    expect(await sending).toBe("Done.")
  })

  it("sends the same again while nobody knows what came of it, and says so where it is closed", async () => {
    const { current, sent } = opened([fails(failed("timeout")), fails(failed("outcome_unknown", 503))])
    for (let time = 0; time < 2; time++) {
      expect(await current.send()).toBeUndefined()
      current.type("units", "6")
      current.giveReason("another")
      expect(current.isLocked).toBe(true)
    }
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
    expect(sent.map(({ reason, values }) => [values["units"], reason])).toEqual([["5", "a test"], ["5", "a test"]])
    expect(current.doubt).toBe("It may or may not have been recorded. Sending it again counts once.")
    current.engineIsBack()
    expect(current.doubt).toMatch(/^The engine answers again\. It may or may not/)
    expect(current.close()).toEqual({ isClosed: true, words: `Change. ${MAY_BE_RECORDED}` })
  })

  it("sends under another key what was corrected after a refusal", async () => {
    const { current, sent } = opened([
      fails(failed("item_stopped", 409)),
      fails(failed("item_stopped", 409)),
      () => Promise.resolve("Done.")
    ])
    await current.send()
    expect(current.isLocked).toBe(false)
    await current.send()
    current.type("units", "6")
    expect(await current.send()).toBe("Done.")
    const keys = sent.map(({ idempotencyKey }) => idempotencyKey)
    expect([keys[1], new Set(keys).size]).toEqual([keys[0], 2])
    expect(current.close().words).toBeUndefined()
  })

  it("looks at what it would do, and stops looking where it is closed", async () => {
    let looking: AbortSignal | undefined
    const { current } = opened([], {
      preview: (signal) => {
        looking = signal
        return fails(failed("timeout"))() as Promise<never>
      }
    })
    expect(current.told).toMatchObject({ kind: "missing", why: "Looking at what it would do…" })
    await current.look()
    // Nothing was sent.
    expect(current.isLocked).toBe(false)
    expect(current.told).toMatchObject({ kind: "missing", why: "Nobody knows what it would do." })
    expect(current.close()).toEqual({ isClosed: true })
    expect(looking!.aborted).toBe(true)
  })
})

describe("OpenChange that looks again", () => {
  it("forgets what it saw as soon as what it depends on is typed, and sees the last of it", async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const seen: Array<string | undefined> = []
    const { current } = opened([], {
      preview: (_, __, { units }) => {
        seen.push(units)
        return Promise.resolve()
      },
      previewOf: ({ units = "" }) => units
    })
    await vi.advanceTimersByTimeAsync(LOOK_AFTER)
    expect([seen, current.told.kind]).toEqual([["5"], "effects"])
    current.type("other", "x")
    expect(current.told.kind).toBe("effects")
    for (const units of ["6", "66"]) current.type("units", units)
    expect(current.told).toMatchObject({ kind: "missing", why: "Looking at what it would do…" })
    await vi.advanceTimersByTimeAsync(LOOK_AFTER)
    expect([seen, current.told.kind]).toEqual([["5", "66"], "effects"])
  })

  it("looks by itself once the engine answers", async () => {
    let looks = 0
    const { current } = opened([], {
      preview: () => ++looks === 1 ? fails(failed("network_error"))() as Promise<never> : Promise.resolve()
    })
    await current.look()
    expect([current.told.kind, current.doubt]).toEqual(["missing", undefined])
    current.engineIsBack()
    await vi.waitFor(() => expect(current.told.kind).toBe("effects"))
    expect(current.failure).toBeUndefined()
  })
})

describe("MayBeRecorded", () => {
  it.each([
    ["network_error", undefined, true],
    ["outcome_unknown", 503, true],
    ["internal_error", 500, true],
    // A proxy that waited too long, and one that refuses by itself.
    ["unexpected_answer", 504, true],
    ["unexpected_answer", 200, true],
    ["unexpected_answer", 413, false],
    ["log_unavailable", 503, false],
    ["idempotency_key_reused", 422, false]
  ])("%s with the status %s", (code, status, may) => {
    expect(mayBeRecorded(failed(code, status))).toBe(may)
  })

  it("a bug of the console is none", () => {
    expect(mayBeRecorded(new TypeError("no"))).toBe(false)
  })
})

describe("latestOf", () => {
  it("follows what a dialog was opened for, and nothing else", () => {
    const first = { id: "a", left: 5 }
    let now: typeof first | undefined = first
    const latest = latestOf(first, () => now, (one, other) => one.id === other.id)
    now = { id: "a", left: 3 }
    expect(latest().left).toBe(3)
    now = { id: "b", left: 9 }
    expect(latest()).toBe(first)
    now = undefined
    expect(latest()).toBe(first)
  })
})

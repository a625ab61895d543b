import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createClient, type Fetch } from "../../../packages/client/src/main.ts"
import { ItemStream, joinItem } from "../../../packages/pages/src/sale/ItemStream.ts"
import { refused, sse, type Step, stream } from "../../client/Scripted.ts"

const item = { item_id: "101", available: 5, held: 0, sold: 0, sale: { paused: false }, now: "2026-12-01T18:00:00Z" }
const page = Object.assign(new EventTarget(), { hidden: false })

/** A stream whose connections are answered by these, the last one for ever. */
const following = (...steps: ReadonlyArray<Step>) => {
  let asked = 0
  const fetch: Fetch = async (_, init) => steps[Math.min(asked++, steps.length - 1)]!(init)
  const followed = new ItemStream()
  let changes = 0
  const stop = followed.listen(() => changes++)
  followed.begin(page, "101", (linked) => createClient({ baseUrl: "http://engine", fetch: linked }), fetch)
  return { followed, stop, asked: () => asked, changes: () => changes }
}

/** What the answer to this connection says of the time, from the first one on. */
const saidTo = (connection: number): string => `2026-12-01T18:0${connection - 1}:00.000Z`

describe("ItemStream", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("is old as soon as the engine says that it cannot read the item, until it tells it again", async () => {
    const pieces = [sse("snapshot", "1-0", item), sse("unavailable", undefined, { code: "store_unavailable" })]
    const { followed } = following(stream(pieces, "stays"))
    await vi.waitFor(() => expect(followed.problem).toBe("store_unavailable"))
    expect([followed.isStale, followed.item?.available]).toEqual([true, 5])
    followed.end()
  })

  it("says why there is nothing yet with the first refusal, however long the client goes on", async () => {
    const { asked, followed } = following(refused(503, "store_unavailable", true))
    await vi.waitFor(() => expect(followed.problem).toBe("store_unavailable"))
    expect([asked(), followed.item]).toEqual([1, undefined])
    followed.end()
  })

  it("counts from the end of its connection until it is old, however often none is made", async () => {
    const ends = stream([sse("snapshot", "1-0", item)])
    const { asked, followed } = following(ends, stream([]))
    await vi.waitFor(() => expect(followed.item).toBeDefined())
    for (let n = 0; n < 30; n++) await vi.advanceTimersByTimeAsync(100)
    expect(asked()).toBeGreaterThan(1)
    expect(followed.isStale).toBe(true)
    followed.end()
  })

  it("asks for the time anew where one of the clocks has stood still, or was set", async () => {
    let said = 0
    const told: Step = (init) => {
      const now = new Date(Date.UTC(2026, 11, 1, 18, said++)).toISOString()
      return stream([sse("snapshot", `${said}-0`, { ...item, now })], "stays")(init)
    }
    const { asked, followed } = following(told)
    await vi.waitFor(() => expect(followed.item).toBeDefined())
    // An hour of the reader's clock, of which the other one knows nothing.
    for (const [millis, connections] of [[900, 1], [3_600_000, 2], [-3_600_000, 3], [900, 3]] as const) {
      vi.setSystemTime(Date.now() + millis)
      await vi.advanceTimersByTimeAsync(1_000)
      await vi.waitFor(() => expect([asked(), followed.item?.now]).toEqual([connections, saidTo(connections)]))
    }
    followed.askAnew()
    await vi.waitFor(() => expect(asked()).toBe(4))
    followed.end()
    vi.setSystemTime(0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked()).toBe(4)
  })

  it("is one connection for all in a page who show the item, until the last of them leaves", async () => {
    const signals: Array<AbortSignal> = []
    vi.stubGlobal("document", page)
    vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
      signals.push(init.signal!)
      return Promise.resolve(stream([sse("snapshot", "1-0", item)], "stays")(init))
    })
    const heard = [0, 0]
    const joined = heard.map((_, n) => joinItem("http://engine", "101", () => heard[n]!++))
    await vi.waitFor(() => expect(heard).toEqual([1, 1]))
    expect(signals.length).toBe(1)
    joined[0]!.leave()
    expect(signals[0]!.aborted).toBe(false)
    joined[1]!.leave()
    await vi.waitFor(() => expect(signals[0]!.aborted).toBe(true))
    vi.unstubAllGlobals()
  })
})

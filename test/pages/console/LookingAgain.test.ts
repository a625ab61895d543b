import { FlashSaleError } from "@flash-sale/client"
import { describe, expect, it, vi } from "vitest"
import { AGAIN, Reachability, spread } from "../../../packages/pages/src/console/calls/Reachability.ts"
import type { ItemPage, ItemRow } from "../../../packages/pages/src/console/calls/Wire.ts"
import { ItemRound, MOST_ITEMS } from "../../../packages/pages/src/console/overview/ItemRound.ts"
import { SellingPace } from "../../../packages/pages/src/console/overview/SellingPace.ts"
import { waitOf } from "../../../packages/pages/src/console/parts/Loaded.ts"

describe("Loaded", () => {
  const passing = new FlashSaleError("no", { code: "store_unavailable", status: 503, retryable: true })
  const final = new FlashSaleError("no", { code: "missing_scope", status: 403 })
  it.each([
    ["an answer", { error: undefined, hasValue: true, every: 2_000 }, 2_000],
    ["an answer that is asked for once", { error: undefined, hasValue: true, every: undefined }, undefined],
    ["what may pass", { error: passing, hasValue: false, every: undefined }, AGAIN],
    ["a refusal of what is shown", { error: final, hasValue: true, every: 2_000 }, AGAIN],
    ["a refusal from the start", { error: final, hasValue: false, every: 2_000 }, undefined],
    ["a refusal of what is asked for once", { error: final, hasValue: true, every: undefined }, undefined]
  ])("is asked again after %s", (_, asked, wait) => {
    expect(waitOf(asked)).toBe(wait)
  })
})

describe("Reachability", () => {
  const away = new FlashSaleError("no", { code: "network_error", retryable: true })
  const refused = new FlashSaleError("no", { code: "store_unavailable", status: 503, retryable: true })

  it("tells once that the engine answers again, and only after it did not", () => {
    const reach = new Reachability()
    const heard = vi.fn<() => void>()
    const forget = reach.onBack(heard)
    reach.answered()
    reach.failed(refused)
    reach.answered()
    expect(heard).not.toHaveBeenCalled()
    reach.failed(away)
    for (let time = 0; time < 3; time++) reach.answered()
    expect(heard).toHaveBeenCalledOnce()
    forget()
    reach.askNow()
    expect(heard).toHaveBeenCalledOnce()
  })

  it("ends the waiting of all, which is never long", async () => {
    const reach = new Reachability()
    const waiting = [1, 2].map(() => reach.wait(600_000, new AbortController().signal))
    reach.failed(away)
    reach.answered()
    await Promise.all(waiting)
    expect([spread(AGAIN, 0), spread(AGAIN, 1)].map(Math.round)).toEqual([2_000, 3_000])
    await reach.wait(600_000, AbortSignal.abort())
  })
})

describe("ItemRound", () => {
  const row = (id: string, available = 1) => ({ item_id: id, available }) as unknown as ItemRow
  const page = (ids: ReadonlyArray<string>, next?: string): ItemPage => ({
    items: ids.map((id) => row(id)),
    stopped: [],
    ...(next === undefined ? {} : { next })
  })
  /** A list of these pages. */
  const list = (pages: ReadonlyArray<ReadonlyArray<string>>) => {
    const asked: Array<string | undefined> = []
    const round = new ItemRound((cursor) => {
      asked.push(cursor)
      const at = Number(cursor ?? 0)
      return Promise.resolve(page(pages[at]!, at === pages.length - 1 ? undefined : String(at + 1)))
    })
    return { asked, round, ids: () => round.items.map(({ item_id: id }) => id) }
  }

  it("looks at a page after the other, begins again, and forgets what is gone", async () => {
    const pages = [["a"], ["b"]]
    const { asked, ids, round } = list(pages)
    await round.next()
    expect([ids(), round.isWhole]).toEqual([["a"], true])
    await round.next()
    expect(ids()).toEqual(["a", "b"])
    pages[1] = ["c"]
    await round.next()
    expect(ids()).toEqual(["a", "b"])
    await round.next()
    await round.next()
    expect(ids().toSorted()).toEqual(["a", "c"])
    expect(asked).toEqual([undefined, "1", undefined, "1", undefined])
  })

  it("passes over partitions without an item, within a bound", async () => {
    const some = list([...Array.from({ length: 10 }, () => []), ["a"]])
    expect((await some.round.next()).length).toBe(1)
    const none = list(Array.from({ length: 100 }, () => []))
    await none.round.next()
    expect(none.asked.length).toBe(17)
  })

  it("remembers so many items, and says that there are others", async () => {
    const pages = Array.from({ length: 20 }, (_, at) => Array.from({ length: 200 }, (_, n) => `${at}-${n}`))
    const { asked, ids, round } = list(pages)
    for (let look = 0; look < 11; look++) await round.next()
    expect([ids().length, round.isWhole, asked.at(-1)]).toEqual([MOST_ITEMS, false, undefined])
  })
})

describe("SellingPace", () => {
  it("knows items that are looked at in turn, and forgets them after a minute", () => {
    const pace = new SellingPace()
    pace.see([{ item_id: "a", available: 100 }], 0)
    pace.see([{ item_id: "b", available: 50 }], 2)
    pace.see([{ item_id: "a", available: 80 }], 10)
    expect([pace.of("a"), pace.of("b")]).toEqual([{ seconds: 10, units: 20 }, undefined])
    pace.see([], 71)
    expect(pace.of("a")).toBeUndefined()
  })
})

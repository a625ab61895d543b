import { describe, expect, it } from "vitest"
import { viewOf } from "../../../packages/pages/src/elements/ButtonView.ts"
import type { Seen } from "../../../packages/pages/src/elements/SaleOffer.ts"
import { saleStateOf } from "../../../packages/pages/src/sale/SaleState.ts"

const NOW = Date.parse("2026-12-01T18:00:00Z")

const seen = (more: Partial<Seen> = {}, sale: object = {}, available = 5): Seen => {
  const item = { item_id: "101", available, held: 0, sold: 1, sale: { paused: false, ...sale } }
  return {
    item,
    sale: saleStateOf(item, NOW),
    order: { kind: "none" },
    isGuest: true,
    needsToken: false,
    isOnline: true,
    isStale: false,
    problem: undefined,
    now: NOW,
    elapsed: 1_000,
    ...more
  }
}

describe("viewOf, without an order", () => {
  it.each<[string, Seen, string, string | undefined]>([
    ["an open sale", seen(), "Buy now", "buy"],
    ["a price", seen({}, { price: 250, currency: "USD" }), "Buy for", "buy"],
    ["a sale to come", seen({}, { opens_at: "2026-12-01T18:00:09.500Z" }), "Opens in 00:10", undefined],
    ["a pause", seen({}, { paused: true }), "Paused", undefined],
    ["a sale that is over", seen({}, { closes_at: "2026-12-01T18:00:00Z" }), "Closed", undefined],
    ["nothing left", seen({}, {}, 0), "Sold out", undefined],
    ["a guest", seen({ needsToken: true }), "Sign in to buy", undefined],
    ["a buyer", seen({ needsToken: true, isGuest: false }), "Buy now", "buy"],
    ["a guest, before", seen({ needsToken: true }, { opens_at: "2026-12-01T19:00:00Z" }), "Opens in", undefined],
    ["no network", seen({ isOnline: false }), "Offline", undefined],
    ["nothing known yet", seen({ item: undefined, sale: undefined }), "Loading", undefined],
    ["an unknown item", seen({ item: undefined, sale: undefined, problem: "unknown_item" }), "Not for sale", undefined],
    ["no answer", seen({ item: undefined, sale: undefined, problem: "network_error" }), "Not reachable", undefined]
  ])("%s", (_, given, label, press) => {
    const { main, other } = viewOf(given)
    expect([main.label.slice(0, label.length), main.press, other]).toEqual([label, press, undefined])
  })
})

describe("viewOf, with an order", () => {
  it("counts a hold down, and lets it be paid or given back", () => {
    const view = viewOf(seen({ order: { kind: "held", until: NOW + 61_000 } }))
    expect(view).toMatchObject({
      main: { label: "Pay now", press: "pay" },
      other: { press: "return" },
      message: { title: "Yours for 01:01", said: "Yours" }
    })
    const problem = viewOf(seen({ order: { kind: "held", until: NOW, problem: "overloaded" } }))
    expect(problem.message).toMatchObject({ tone: "warn", text: "Very busy. Please try again." })
    expect(viewOf(seen({ order: { kind: "held", until: NOW }, isOnline: false })).main.press).toBeUndefined()
  })

  it("cannot be pressed while something is under way", () => {
    for (const kind of ["sending", "waiting", "paying", "returning"] as const) {
      expect(viewOf(seen({ order: { kind } })).main.press).toBeUndefined()
    }
  })

  it("tells a guest to sign in, and whom the shop has known to do so again", () => {
    const refused = { kind: "refused", code: "unauthenticated", until: 0 } as const
    expect(viewOf(seen({ order: refused })).main).toEqual({ label: "Sign in to buy", press: undefined })
    expect(viewOf(seen({ order: refused, isGuest: false })).main.label).toBe("Sign in again")
    expect(viewOf(seen({ needsToken: true })).message?.text).toBe("Orders are taken from buyers who have signed in.")
  })

  it("says when a refused order may be tried again, and then lets it", () => {
    const refused = (code: string, until: number) => viewOf(seen({ order: { kind: "refused", code, until } }))
    expect(refused("rate_limited", 3_500).main).toEqual({ label: "Again in 00:03", press: undefined })
    expect(refused("rate_limited", 1_000).main).toEqual({ label: "Try again", press: "buy" })
    expect(refused("limit", 1_000).main.press).toBeUndefined()
    expect(refused("a_later_code", 0).main.press).toBe("buy")
  })

  it("offers another one after the end of an order only where the sale does", () => {
    const ended = (status: string, available = 5) => viewOf(seen({ order: { kind: "ended", status } }, {}, available))
    expect(ended("COMPLETED").main).toEqual({ label: "Buy another", press: "buy" })
    expect(ended("COMPLETED", 0).main).toEqual({ label: "Sold out", press: undefined })
    expect(ended("EXPIRED").main).toEqual({ label: "Try again", press: "buy" })
    expect(ended("REFUNDED").main.press).toBeUndefined()
    expect(ended("FAILED_SOLD_OUT").message).toMatchObject({ tone: "bad", title: "Sold out" })
  })

  it("lets an order that cannot be seen be looked for again, and nothing else", () => {
    const view = viewOf(seen({ order: { kind: "unseen", code: "unauthenticated" } }))
    expect([view.main, view.other]).toEqual([{ label: "Try again", press: "resume" }, undefined])
    expect(view.message).toMatchObject({ tone: "warn", title: "Sign in again" })
    const silent = viewOf(seen({ order: { kind: "unseen", code: "unexpected_answer" } }))
    expect(silent.message).toMatchObject({ title: "The shop does not answer" })
  })
})

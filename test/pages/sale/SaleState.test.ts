import { describe, expect, it } from "vitest"
import { nextTurn, saleStateOf } from "../../../packages/pages/src/sale/SaleState.ts"

const at = (iso: string): number => Date.parse(iso)
const item = (sale: object = {}, counts: object = {}) => ({
  item_id: "101",
  available: 5,
  held: 0,
  sold: 0,
  sale: { paused: false, ...sale },
  ...counts
})
const hours = { opens_at: "2026-12-01T18:00:00Z", closes_at: "2026-12-01T20:00:00Z" }

describe("saleStateOf", () => {
  it.each([
    ["2026-12-01T17:59:59.999Z", item(hours), "before"],
    ["2026-12-01T18:00:00Z", item(hours), "open"],
    ["2026-12-01T19:59:59.999Z", item(hours), "open"],
    ["2026-12-01T20:00:00Z", item(hours), "closed"],
    ["2026-12-01T17:00:00Z", item({ ...hours, paused: true }), "paused"],
    ["2026-12-01T20:00:00Z", item({ ...hours, paused: true }), "closed"],
    ["2026-12-01T17:00:00Z", item(hours, { available: 0 }), "before"],
    ["2026-12-01T18:00:00Z", item(hours, { available: 0 }), "sold_out"],
    ["2026-12-01T18:00:00Z", item(), "open"]
  ])("at %s of %j it is %s", (now, standing, kind) => {
    expect(saleStateOf(standing, at(now)).kind).toBe(kind)
  })

  it("says whether units may come back", () => {
    const sold = (held: number) => saleStateOf(item({}, { available: 0, held }), 0)
    expect([sold(0), sold(2)]).toEqual([
      { kind: "sold_out", mayComeBack: false },
      { kind: "sold_out", mayComeBack: true }
    ])
  })

  it("turns at its opening, and then at its end", () => {
    const turn = (now: string) => nextTurn(saleStateOf(item(hours), at(now)))
    expect(turn("2026-12-01T17:00:00Z")).toBe(at(hours.opens_at))
    expect(turn("2026-12-01T18:00:00Z")).toBe(at(hours.closes_at))
    expect(turn("2026-12-01T21:00:00Z")).toBeUndefined()
  })
})

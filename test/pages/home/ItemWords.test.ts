import { describe, expect, it } from "vitest"
import { itemWords, type ListedItem } from "../../../packages/pages/src/home/ItemWords.ts"

const item = (sale: Partial<ListedItem["sale"]>, available = 20): ListedItem => ({
  item_id: "101",
  available,
  held: 0,
  sold: 0,
  sale: { paused: false, ...sale },
  now: "2026-12-01T17:00:00.000Z"
})

describe("itemWords", () => {
  it.each([
    ["what is left", item({}), "20 left"],
    ["that it is sold out", item({}, 0), "Sold out"],
    ["that it is paused", item({ paused: true }), "Paused"],
    ["that it is closed", item({ closes_at: "2026-12-01T17:00:00Z" }), "Closed"],
    ["the last second of its sale", item({ closes_at: "2026-12-01T17:00:01Z" }), "20 left"]
  ])("says %s", (_, listed, words) => {
    expect(itemWords(listed)).toBe(words)
  })

  it("says when it opens, in the reader's zone and in UTC", () => {
    expect(itemWords(item({ opens_at: "2026-12-01T18:30:00Z" }), "en-GB")).toMatch(/^Opens Tue.* \(18:30 UTC\)$/)
  })
})

import { FlashSaleError } from "@flash-sale/client"
import { describe, expect, it } from "vitest"
import { keyIn } from "../../../packages/pages/src/console/calls/ConsoleKey.ts"
import { may } from "../../../packages/pages/src/console/calls/Operator.ts"
import { hrefOf, routeOf } from "../../../packages/pages/src/console/parts/Route.ts"
import { durationOf, rateOf, WITH_UNIT } from "../../../packages/pages/src/console/words/Figures.ts"
import { fieldOf, isoOf, utcOf } from "../../../packages/pages/src/console/words/Moments.ts"
import { noOrdersWords } from "../../../packages/pages/src/console/words/OrderWords.ts"
import { refusalOf } from "../../../packages/pages/src/console/words/Refusals.ts"
import { byCount, refusedWords } from "../../../packages/pages/src/console/words/RefusedWords.ts"
import { saleWordsOf, smallestOf, soldOutIn, typedPrice } from "../../../packages/pages/src/console/words/SaleWords.ts"

describe("Figures", () => {
  it.each([
    [0, "0 s"],
    [0.0001, "0 s"],
    [0.04, "40 ms"],
    [0.9996, "1 s"],
    [1.5, "1.5 s"],
    [5.04, "5 s"],
    [9.99, "10 s"],
    [59.6, "1 min"],
    [75, "1 min 15 s"],
    [3_600, "1 h"],
    [7_505, "2 h 5 min"],
    [90_061, "1 d 1 h"]
  ])("%d s are %s", (seconds, words) => {
    expect(durationOf(seconds).replaceAll(WITH_UNIT, " ")).toBe(words)
  })

  it("keep a number and its unit in one line", () => {
    expect(durationOf(75)).toBe("1\u00a0min 15\u00a0s")
  })

  it.each([[0, "0"], [0.25, "0.3"], [9.94, "9.9"], [12.4, "12"], [1_234, "1,234"]])(
    "%d a second are %s",
    (rate, words) => {
      expect(rateOf(rate)).toBe(words)
    }
  )
})

describe("Moments", () => {
  it("reads back what it puts into a field, to the second", () => {
    const at = Date.parse("2026-12-01T18:00:05Z")
    expect(isoOf(fieldOf(at))).toBe("2026-12-01T18:00:05.000Z")
    expect([isoOf(""), isoOf("soon")]).toEqual([undefined, undefined])
    expect(utcOf(at)).toMatch(/18:00:05 UTC$/)
  })
})

describe("Route", () => {
  it.each([
    ["#/items/a%2Fb?cursor=x%26y", ["items", "a/b"], "x&y"],
    ["#/", [], null],
    ["", [], null],
    ["#/items/%zz", ["items", "%zz"], null]
  ])("%s", (fragment, path, cursor) => {
    const route = routeOf(fragment)
    expect([route.path, route.query.get("cursor")]).toEqual([path, cursor])
  })

  it("is read back from its address", () => {
    const { path, query } = routeOf(
      hrefOf(["dead-letters", "orders/3-17"], { reason: "Payment Timeout", cursor: undefined })
    )
    expect([path, [...query]]).toEqual([["dead-letters", "orders/3-17"], [["reason", "Payment Timeout"]]])
  })
})

describe("ConsoleKey", () => {
  it.each([
    ["#key=fs_ops_abc", { key: "fs_ops_abc" }],
    // No keys, and out of the address all the same.
    ["#key=", { key: undefined }],
    ["#key=two words", { key: undefined }],
    ["#key=fs_ops_abc\n", { key: undefined }],
    [`#key=${"x".repeat(201)}`, { key: undefined }],
    ["#/items?key=fs_ops_abc", undefined]
  ])("%s", (fragment, key) => {
    expect(keyIn(fragment)).toEqual(key)
  })
})

describe("Operator", () => {
  it("may what a scope says, and all with admin", () => {
    expect(may({ name: "a", scopes: ["read"] }, "read")).toBe(true)
    expect(may({ name: "a", scopes: ["read"] }, "dlq")).toBe(false)
    expect(may({ name: "a", scopes: ["admin"] }, "dlq")).toBe(true)
  })
})

describe("Refusals", () => {
  const of = (code: string, body: object = {}) =>
    refusalOf(new FlashSaleError("refused", { code, body: body as Record<string, unknown> }))

  it("names the scope, the fields, and what is not known", () => {
    expect(of("missing_scope", { scope: "stock" }).text).toBe("It has not the scope stock.")
    expect(of("validation_failed", { errors: [{ field: "add", message: "too large" }] }).text).toBe("add: too large")
    expect(of("a_later_code").title).toBe("That did not work")
    expect(of("constructor").title).toBe("That did not work")
    expect(refusalOf(new RangeError("x")).title).toBe("A bug of the console")
  })
})

describe("RefusedWords", () => {
  it("has those with the most first, and words for later codes", () => {
    expect(byCount({ limit: 2, sold_out: 3, paused: 0 }).map(([code]) => code)).toEqual(["sold_out", "limit"])
    expect([refusedWords("sold_out"), refusedWords("a_later_code"), refusedWords("toString")])
      .toEqual(["Sold out", "a later code", "toString"])
  })
})

describe("OrderWords", () => {
  it("names the setting only of orders that may never have held units", () => {
    expect(noOrdersWords({})).toBe("None has held units yet.")
    expect(noOrdersWords({ status: "FAILED_SOLD_OUT", item: "101" })).toContain("ORDER_EVENTS=all")
    expect(noOrdersWords({ status: "COMPLETED" })).toBe("None matches.")
    expect(noOrdersWords({ user: "user-1" })).toBe("None matches.")
  })
})

describe("SaleWords", () => {
  const item = { item_id: "101", available: 40, held: 0, sold: 60, sale: { paused: false } }
  it.each([
    ["of an open sale", item, { seconds: 20, units: 10 }, 80],
    ["of a few units", item, { seconds: 60, units: 9 }, undefined],
    ["of a few seconds", item, { seconds: 19, units: 100 }, undefined],
    ["of units that came back", item, { seconds: 60, units: -20 }, undefined],
    ["of nothing that was seen", item, undefined, undefined],
    ["while it is paused", { ...item, sale: { paused: true } }, { seconds: 60, units: 60 }, undefined],
    ["where nothing is left", { ...item, available: 0 }, { seconds: 60, units: 60 }, undefined]
  ])("when it is sold out: %s", (_, item, pace, seconds) => {
    expect(soldOutIn(item, pace, 0)).toBe(seconds)
  })

  it("are no warning for an item that is sold out", () => {
    const item = { item_id: "101", available: 0, held: 0, sold: 100, sale: { paused: false } }
    expect(saleWordsOf(item, 0)).toEqual({ look: "plain", words: "Sold out" })
  })

  it.each([
    ["12.50", "EUR", 1250],
    ["12,5", "EUR", 1250],
    ["12", "EUR", 1200],
    ["1250", "JPY", 1250],
    ["12.5", "JPY", undefined],
    ["1.005", "EUR", undefined],
    ["1.005", "KWD", 1005],
    ["-1", "EUR", undefined],
    ["1e3", "EUR", undefined],
    ["1", "XXQ", undefined]
  ])("%s %s is %s in the smallest unit", (typed, currency, smallest) => {
    expect(smallestOf(typed, currency)).toBe(smallest)
    if (smallest !== undefined) expect(smallestOf(typedPrice(smallest, currency), currency)).toBe(smallest)
  })
})

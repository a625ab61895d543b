import { describe, expect, it } from "vitest"
import { guest, orderMemory, pageStorage } from "../../../packages/pages/src/order/OrderMemory.ts"
import { isOver, type OrderState, stepOf, withStatus } from "../../../packages/pages/src/order/OrderState.ts"
import { subjectOf } from "../../../packages/pages/src/order/TokenSubject.ts"
import * as Words from "../../../packages/pages/src/order/Words.ts"

const order = (status: string, more: object = {}) => ({ request_id: "r", status, attempt: 1, ...more })
const expires_at = "2026-12-01T18:10:00.000Z"
const held: OrderState = { kind: "held", until: Date.parse(expires_at) }

describe("withStatus", () => {
  const sending: OrderState = { kind: "sending" }
  const paying: OrderState = { kind: "paying" }
  it.each<[OrderState, ReturnType<typeof order>, OrderState]>([
    [sending, order("PENDING"), { kind: "waiting" }],
    [{ kind: "waiting" }, order("RESERVED", { expires_at }), held],
    [held, order("RESERVED", { expires_at, confirmed: true }), paying],
    [{ kind: "waiting" }, order("RESERVED"), paying],
    [paying, order("RESERVED", { expires_at }), paying],
    [{ kind: "returning" }, order("RESERVED", { expires_at }), { kind: "returning" }],
    [held, order("EXPIRED"), { kind: "ended", status: "EXPIRED" }],
    [paying, order("COMPLETED"), { kind: "ended", status: "COMPLETED" }],
    [{ kind: "waiting" }, order("A_LATER_WORD"), { kind: "ended", status: "A_LATER_WORD" }]
  ])("%j and %j are %j", (state, status, expected) => {
    expect(withStatus(state, status)).toEqual(expected)
  })

  it("has a step while it is under way and when it is paid", () => {
    expect([sending, held, paying].map(stepOf)).toEqual([0, 1, 1])
    expect(stepOf({ kind: "ended", status: "COMPLETED" })).toBe(2)
    expect(stepOf({ kind: "ended", status: "EXPIRED" })).toBeUndefined()
    expect([held, paying].map(isOver)).toEqual([false, false])
  })
})

describe("OrderMemory", () => {
  it("keeps the order of each item and engine, and one guest", () => {
    const storage = pageStorage()
    const memory = orderMemory(storage, "https://a.example", "101")
    expect(memory.read("u-1")).toBeUndefined()
    memory.keep({ requestId: "r-1", userId: "u-1" })
    expect(orderMemory(storage, "https://a.example", "101").read("u-1")).toEqual({ requestId: "r-1", userId: "u-1" })
    expect(orderMemory(storage, "https://b.example", "101").read("u-1")).toBeUndefined()
    memory.forget("u-1")
    expect(memory.read("u-1")).toBeUndefined()
    expect([guest(storage, () => "x"), guest(storage, () => "y")]).toEqual(["guest-x", "guest-x"])
  })
})

describe("TokenSubject", () => {
  const token = (claims: string) => `e30.${btoa(String.fromCharCode(...new TextEncoder().encode(claims)))}.s`
  it.each([
    [token(`{"sub":"u-1"}`), "u-1"],
    [token(`{"sub":"ü?>"}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""), "ü?>"],
    [token(`{"sub":7}`), undefined],
    [token(`[]`), undefined],
    ["no token", undefined],
    ["a.%%%.c", undefined]
  ])("%s is of %s", (given, subject) => {
    expect(subjectOf(given)).toBe(subject)
  })
})

describe("Words", () => {
  it("has some for words that a later engine may have, and for no name of an object's own", () => {
    for (const word of ["a_later_code", "constructor", "__proto__", "toString"]) {
      expect(Words.ofCode(word).title).toBe("That did not work")
    }
    expect(Words.ofCode("sold_out").title).toBe("Sold out")
    expect(Words.ofStatus("EXPIRED").title).toBe("Time is up")
    expect(Words.ofStatus("FAILED_PAYMENT", "Payment Declined").text).toContain("Nothing was charged")
    expect(Words.ofStatus("FAILED_PAYMENT", "Payment Timeout").text).not.toContain("Nothing was charged")
  })
})

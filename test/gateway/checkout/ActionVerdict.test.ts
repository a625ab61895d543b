/** What is done about each call, at each status of an order: every pair of them. */
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { LEDGER_STATES, type LedgerState } from "@flash-sale/domain/rules/Item"
import * as ActionVerdict from "@flash-sale/gateway/checkout/ActionVerdict"
import { describe, expect, it } from "vitest"

const order = { userId: UserId.make("u"), itemId: ItemId.make("101"), amount: 1 }
const own = PaymentReference.make("own")
const other = PaymentReference.make("other")

const CALLS: Readonly<Record<"confirm" | "paid" | "cancel", ActionVerdict.Asked>> = {
  confirm: { action: "confirm" },
  paid: { action: "paid", reference: own },
  cancel: { action: "cancel" }
}
/** What each is answered, for a hold and for an order of `/buy`: `due` where the payment is due back. */
const TABLE: Readonly<Record<string, Readonly<Record<keyof typeof CALLS, readonly [hold: string, buy: string]>>>> = {
  "PENDING": { confirm: ["Append", "Append"], paid: ["Append", "Append"], cancel: ["Append", "Append"] },
  "RESERVED": { confirm: ["Append", "not_a_hold"], paid: ["Append", "Append"], cancel: ["Append", "Append"] },
  "RESERVED, confirmed": {
    confirm: ["Done", "not_a_hold"],
    paid: ["already_confirmed, due", "already_confirmed, due"],
    cancel: ["Append", "Append"]
  },
  "COMPLETED": {
    confirm: ["AskLedger", "not_a_hold"],
    paid: ["AskLedger", "already_completed, due"],
    cancel: ["already_completed", "already_completed"]
  },
  "FAILED_SOLD_OUT": {
    confirm: ["order_failed", "not_a_hold"],
    paid: ["order_failed, due", "order_failed, due"],
    cancel: ["order_failed", "order_failed"]
  },
  "FAILED_LIMIT": {
    confirm: ["order_failed", "not_a_hold"],
    paid: ["order_failed, due", "order_failed, due"],
    cancel: ["order_failed", "order_failed"]
  },
  "FAILED_PAYMENT": {
    confirm: ["order_failed", "not_a_hold"],
    paid: ["order_failed, due", "order_failed, due"],
    cancel: ["order_failed", "order_failed"]
  },
  "FAILED": {
    confirm: ["order_failed", "not_a_hold"],
    paid: ["order_failed, due", "order_failed, due"],
    cancel: ["order_failed", "order_failed"]
  },
  "CANCELLED": {
    confirm: ["already_cancelled", "not_a_hold"],
    paid: ["already_cancelled, due", "already_cancelled, due"],
    cancel: ["Done", "Done"]
  },
  "EXPIRED": {
    confirm: ["expired", "not_a_hold"],
    paid: ["expired, due", "expired, due"],
    cancel: ["expired", "expired"]
  },
  "REFUNDED": {
    confirm: ["already_refunded", "not_a_hold"],
    paid: ["AskLedger", "already_refunded, due"],
    cancel: ["already_refunded", "already_refunded"]
  }
}

const standingOf = (name: string, isHold: boolean) => {
  const [status, confirmed] = name.split(", ")
  return {
    status: status as OrderStatus,
    fingerprint: fingerprint(order, isHold),
    ...(confirmed === undefined ? {} : { confirmed: true as const })
  }
}
const wordOf = (verdict: ActionVerdict.Verdict | ActionVerdict.AskLedger): string =>
  verdict._tag === "Conflict" ? `${verdict.code}${verdict.isDue ? ", due" : ""}` : verdict._tag

describe("What is done about a call", () => {
  it("has a row for each status", () => {
    const statuses = new Set(Object.keys(TABLE).map((name) => name.split(", ")[0]))
    expect([...statuses].toSorted()).toEqual(OrderStatus.literals.toSorted())
  })

  it.each(Object.entries(TABLE))("%s", (name, row) => {
    for (const [action, words] of Object.entries(row)) {
      const found = [true, false].map((isHold) =>
        wordOf(ActionVerdict.verdictOf(CALLS[action as keyof typeof CALLS], standingOf(name, isHold)))
      )
      expect([action, ...found]).toEqual([action, ...words])
    }
  })

  it("a payment that is kept as due already is not told twice", () => {
    const standing = standingOf("EXPIRED", true)
    const kept = ActionVerdict.verdictOf(CALLS.paid, { ...standing, refundDue: [{ reference: own }] })
    expect(kept).toMatchObject({ code: "expired", isDue: true, isKept: true })
    const another = ActionVerdict.verdictOf(CALLS.paid, { ...standing, refundDue: [{ reference: other }] })
    expect(another).toMatchObject({ code: "expired", isDue: true, isKept: false })
  })

  it("of a completed order the ledger says whose call won", () => {
    const soldBy = (asked: ActionVerdict.Asked, reference: PaymentReference | undefined, name = "COMPLETED") =>
      wordOf(ActionVerdict.verdictOfSale(asked, standingOf(name, true), {
        hold: { confirmedAtOffset: 7, reference }
      }))
    expect(soldBy(CALLS.confirm, undefined)).toBe("Done")
    expect(soldBy(CALLS.confirm, own)).toBe("already_completed")
    expect(soldBy(CALLS.paid, own)).toBe("Done")
    expect(soldBy(CALLS.paid, other)).toBe("already_completed, due")
    expect(soldBy(CALLS.paid, undefined)).toBe("already_completed, due")
    expect(soldBy(CALLS.paid, own, "REFUNDED")).toBe("already_refunded")
    expect(soldBy(CALLS.paid, other, "REFUNDED")).toBe("already_refunded, due")
  })

  it("nothing is said by a ledger that is not as far as the status: the store is being filled again", () => {
    const isBehind = (state: LedgerState, attempt = 1) => ActionVerdict.isBehind({ attempt: 1 }, { state, attempt })
    expect(LEDGER_STATES.filter((state) => !isBehind(state))).toEqual(["sold", "refunding", "refunded"])
    expect(ActionVerdict.isBehind({ attempt: 2 }, { state: "sold", attempt: 1 })).toBe(true)
    expect(isBehind("sold", 2)).toBe(false)
  })
})

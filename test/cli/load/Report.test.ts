import * as BalanceCheck from "@flash-sale/cli/load/BalanceCheck"
import * as Report from "@flash-sale/cli/load/Report"
import type { Action } from "@flash-sale/cli/load/Steps"
import * as Tally from "@flash-sale/cli/load/Tally"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { describe, expect, it } from "vitest"

const itemId = ItemId.make("a")
const orderOf = (index: number) => ({
  requestId: RequestId.make(`r-${index}`),
  userId: UserId.make("u-1"),
  itemId,
  amount: 1
})
const paid = (index: number) => ({ _tag: "Paid", reference: PaymentReference.make(`ref-${index}`) }) satisfies Action

/** Six orders: one is bought, three are paid for (in time, too late, and nobody knows), one expires, one is refused. */
const run = () => {
  const tally = Tally.make()
  const orders = Array.from({ length: 6 }, (_, index) => orderOf(index))
  for (const [index, order] of orders.entries()) {
    tally.send()
    tally.add(order, index === 5 ? { _tag: "Refused", code: "sold_out" } : { _tag: "Accepted" }, index, 100 * index)
  }
  tally.act(orders[1]!, paid(1), { _tag: "Taken" })
  tally.act(orders[2]!, paid(2), { _tag: "Refused", code: "expired", isDueBack: true })
  tally.act(orders[3]!, paid(3), { _tag: "Unanswered", why: "ECONNREFUSED" })
  tally.act(orders[5]!, { _tag: "Cancel" }, { _tag: "NotHeld", standing: "refused" })
  const payments = new Map(tally.payments().map(({ order, reference }) => [order.requestId, reference]))
  const fates = tally.accepted().map((order, index): BalanceCheck.Fate => {
    const reference = payments.get(order.requestId)
    const status = index < 2 ? "COMPLETED" : "EXPIRED"
    return reference === undefined
      ? { order, status }
      : { order, status, payment: { reference, isSale: index < 2, isDueBack: index >= 2 } }
  })
  const lines = [{ itemId, put: 5, open: 0, summary: { available: 3, held: 0, sold: 2, stocked: 5 } }]
  return { tally, lines, books: BalanceCheck.make(lines, fates) }
}

describe("Report", () => {
  it("the text says what became of every order, of every call and of the money", () => {
    const { books, lines, tally } = run()
    expect(tally.payments().map(({ reference }) => reference)).toEqual(["ref-1", "ref-2"])
    expect(Report.make(tally, lines, books, tally.seconds())).toBe([
      "Answers to 6 orders in 0.5 s (12 a second):",
      "         5  202 accepted",
      "         1  sold_out",
      "Calls about holds:",
      "         1  paid: 202 accepted",
      "         1  paid: expired, to be paid back",
      "         1  paid: no answer (ECONNREFUSED)",
      "         1  cancel: not sent, as the order was refused",
      "Latency, from the moment at which an order was to be sent:",
      "  p50 2.0 ms, p90 5.0 ms, p99 5.0 ms, max 5.0 ms",
      "Items:",
      "  a: put in 5 = available 3 + held 0 + sold 2",
      "Accepted 5 = completed 2 + expired 3",
      "Payments that shops have taken: 2, of them 1 for sales and 1 due back",
      "The books balance."
    ].join("\n"))
  })

  it("the object for programs says the same", () => {
    const { books, lines, tally } = run()
    expect(JSON.parse(Report.json(tally, lines, books, 0.5))).toMatchObject({
      answered: 6,
      calls: { "paid: 202 accepted": 1, "paid: expired, to be paid back": 1 },
      items: [{ item_id: "a", put: 5, available: 3, held: 0, sold: 2, open: 0 }],
      accepted: 5,
      completed: 2,
      failed: {},
      expired: 3,
      cancelled: 0,
      refunded: 0,
      open: 0,
      paid: { told: 2, sales: 1, due_back: 1 },
      wrong: []
    })
  })
})

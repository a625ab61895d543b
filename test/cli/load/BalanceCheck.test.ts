import * as BalanceCheck from "@flash-sale/cli/load/BalanceCheck"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { describe, expect, it } from "vitest"

const itemId = ItemId.make("a")
const line = (
  available: number,
  held: number,
  sold: number,
  put = available + held + sold
): BalanceCheck.ItemBalance => ({
  itemId,
  put,
  summary: { available, held, sold, stocked: put },
  open: 0
})
let requests = 0
const fate = (status: OrderStatus | undefined, amount = 1): BalanceCheck.Fate => ({
  order: { requestId: RequestId.make(`r-${++requests}`), itemId, amount },
  status
})
/** Of an order for which a shop has taken the money. */
const paidFor = (status: OrderStatus, isSale: boolean, isDueBack: boolean): BalanceCheck.Fate => ({
  ...fate(status),
  payment: { reference: PaymentReference.make("ref-1"), isSale, isDueBack }
})

describe("BalanceCheck", () => {
  it("a run is balanced where every unit and order is accounted for", () => {
    const books = BalanceCheck.make(
      [line(7, 0, 3)],
      [
        fate("COMPLETED", 2),
        fate("COMPLETED"),
        fate("FAILED_PAYMENT"),
        fate("FAILED_SOLD_OUT"),
        fate("FAILED_SOLD_OUT")
      ]
    )
    expect(books).toEqual({
      accepted: 5,
      completed: 2,
      failed: new Map([["FAILED_PAYMENT", 1], ["FAILED_SOLD_OUT", 2]]),
      expired: 0,
      cancelled: 0,
      refunded: 0,
      open: 0,
      payments: { told: 0, sales: 0, dueBack: 0 },
      wrong: []
    })
  })

  it("holds that were confirmed, paid for, cancelled, refunded or nothing are accounted for, and so is their money", () => {
    const books = BalanceCheck.make([line(8, 0, 2)], [
      fate("COMPLETED"),
      paidFor("COMPLETED", true, false),
      paidFor("EXPIRED", false, true),
      fate("EXPIRED"),
      fate("CANCELLED"),
      paidFor("CANCELLED", false, true),
      fate("REFUNDED"),
      fate("FAILED_LIMIT")
    ])
    expect(books).toEqual({
      accepted: 8,
      completed: 2,
      failed: new Map([["FAILED_LIMIT", 1]]),
      expired: 2,
      cancelled: 2,
      refunded: 1,
      open: 0,
      payments: { told: 3, sales: 1, dueBack: 2 },
      wrong: []
    })
  })

  // dprint-ignore
  const unbalanced: ReadonlyArray<
    readonly [what: string, BalanceCheck.ItemBalance, ReadonlyArray<BalanceCheck.Fate>, says: RegExp]
  > = [
    ["a unit vanished", line(6, 0, 3, 10), [fate("COMPLETED", 3)], /10 put in, but available 6/],
    ["a unit was made", line(8, 0, 3, 10), [fate("COMPLETED", 3)], /10 put in, but available 8/],
    ["more was sold than there was", line(-1, 0, 11, 10), [fate("COMPLETED", 11)], /negative/],
    ["more was sold than was bought", line(6, 0, 4), [fate("COMPLETED", 3)], /4 units sold, but .* hold 3/],
    ["an order completed without its units", line(8, 0, 2), [fate("COMPLETED", 3)], /2 units sold, but .* hold 3/],
    ["units are held without an order", line(9, 1, 0), [], /1 units are still held/],
    ["an accepted order is missing", line(10, 0, 0), [fate(undefined)], /was accepted and is missing/],
    ["an accepted order is not final", line(9, 0, 1), [fate("COMPLETED"), fate("RESERVED")], /still RESERVED/],
    ["the engine counts another stock",
      { itemId, put: 10, summary: { available: 10, held: 0, sold: 0, stocked: 9 }, open: 0 }, [],
      /10 units were put in, the engine says 9/],
    ["a hold is left open", line(9, 1, 0), [fate("RESERVED")], /still RESERVED/],
    ["an order that is over is kept as open", { ...line(10, 0, 0), open: 1 }, [fate("EXPIRED")],
      /1 holds or refunds are still open/],
    ["units of an expired hold are sold", line(9, 0, 1), [fate("EXPIRED")], /1 units sold, but .* hold 0/],
    ["a payment is forgotten", line(10, 0, 0), [paidFor("EXPIRED", false, false)],
      /the payment ref-1 has not sold it, and is not due back/],
    ["a payment has sold the order and is due back", line(9, 0, 1), [paidFor("COMPLETED", true, true)],
      /the payment ref-1 has sold it, and is due back as well/]
  ]
  for (const [what, item, fates, says] of unbalanced) {
    it(`a run is not balanced where ${what}`, () => {
      const { wrong } = BalanceCheck.make([item], fates)
      expect(wrong.some((text) => says.test(text))).toBe(true)
    })
  }

  it("the check names some of many missing orders and counts the rest", () => {
    const { open, wrong } = BalanceCheck.make([], Array.from({ length: 25 }, () => fate("PENDING")))
    expect(open).toBe(25)
    expect(wrong).toHaveLength(11)
    expect(wrong[10]).toBe("and 15 more orders that are missing or not final")
  })
})

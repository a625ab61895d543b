import * as BalanceCheck from "@flash-sale/cli/load/BalanceCheck"
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
  summary: { available, held, sold, stocked: put }
})
let requests = 0
const fate = (status: OrderStatus | undefined, amount = 1): BalanceCheck.Fate => ({
  order: { requestId: RequestId.make(`r-${++requests}`), itemId, amount },
  status
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
      open: 0,
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
      { itemId, put: 10, summary: { available: 10, held: 0, sold: 0, stocked: 9 } }, [],
      /10 units were put in, the engine says 9/]
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

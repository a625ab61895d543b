/** Live events as the script writes them: read whole, or not at all. */
import { assert, describe, it } from "@effect/vitest"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as EventWire from "@flash-sale/infra/redis/wire/EventWire"

describe("EventWire", () => {
  it("an event is its counts and the orders that moved, whatever their ids hold", () => {
    const strange = RequestId.make("a \"b\" \\ 1 COMPLETED ü𝄞")
    assert.deepStrictEqual(EventWire.read("7 2 1", `1 RESERVED r-1\n12 FAILED_PAYMENT ${strange}`), {
      available: 7,
      held: 2,
      sold: 1,
      orders: [
        { requestId: RequestId.make("r-1"), status: "RESERVED", attempt: 1 },
        { requestId: strange, status: "FAILED_PAYMENT", attempt: 12 }
      ]
    })
    assert.deepStrictEqual(EventWire.read("0 0 0", ""), { available: 0, held: 0, sold: 0, orders: [] })
  })

  it("an order may say how far it is within its status", () => {
    const lines = [
      "1:1767225600000 RESERVED r 1",
      "2:confirmed RESERVED r 1",
      "2:refund COMPLETED r 1",
      "2 REFUNDED r 1"
    ]
    const order = { requestId: RequestId.make("r 1"), attempt: 2 }
    assert.deepStrictEqual(EventWire.read("7 2 1", lines.join("\n"))?.orders, [
      { ...order, status: "RESERVED", attempt: 1, expiresAt: "2026-01-01T00:00:00.000Z" },
      { ...order, status: "RESERVED", confirmed: true },
      { ...order, status: "COMPLETED", refund: "pending" },
      { ...order, status: "REFUNDED" }
    ])
  })

  it.each([
    ["7 2", ""],
    ["7 2 -1", ""],
    ["7 2 1", "\n"],
    ["7 2 1", "1 RESERVED"],
    ["7 2 1", "1 UNHEARD_OF r-1"],
    ["7 2 1", "one RESERVED r-1"],
    ["7 2 1", "1:soon RESERVED r-1"],
    ["7 2 1", "1:9999999999999999 RESERVED r-1"],
    ["7 2 1", "1: RESERVED r-1"]
  ])("an event that is not well-formed is not read: %j %j", (counts, orders) => {
    assert.isUndefined(EventWire.read(counts, orders))
  })
})

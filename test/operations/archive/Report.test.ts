/** What a report counts, whether it balances, and how it is written as a table. */
import * as ReportText from "@flash-sale/cli/report/ReportText"
import type { ItemSums } from "@flash-sale/domain/archive/Questions"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import * as Currencies from "@flash-sale/domain/records/Currencies"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as ArchiveViews from "@flash-sale/operations/archive/ArchiveViews"
import * as OrderCsv from "@flash-sale/operations/archive/OrderCsv"
import * as Report from "@flash-sale/operations/archive/Report"
import * as ReportCsv from "@flash-sale/operations/archive/ReportCsv"
import { describe, expect, it } from "vitest"
import * as TestArchive from "../../archive/TestArchive.ts"

const itemId = ItemId.make("101")
const summary: ItemSummary = {
  isKnown: true,
  available: 70,
  held: 10,
  sold: 20,
  stocked: 100,
  refused: { sold_out: 9_000, limit: 3 } as ItemSummary["refused"],
  settings: { paused: false } as ItemSummary["settings"],
  rules: 2,
  position: 499,
  isComplete: true,
  pendingEdit: undefined
}
const sums: ItemSums = {
  orders: [
    { status: "COMPLETED", currency: "EUR", orders: 12, units: 15, money: 18_750n, restockedUnits: 0 },
    { status: "COMPLETED", currency: "JPY", orders: 5, units: 5, money: 10n ** 20n, restockedUnits: 0 },
    { status: "REFUNDED", currency: "EUR", orders: 2, units: 3, money: 3_750n, restockedUnits: 1 },
    { status: "EXPIRED", currency: undefined, orders: 4, units: 4, money: 0n, restockedUnits: 0 }
  ],
  refused: { sold_out: 9_000, limit: 3 },
  refundsDue: 1,
  retiredUntil: undefined,
  readUpTo: 500
}

describe("Report", () => {
  it("adds up what item and archive know, with money in its currency's digits", () => {
    expect(Report.of(itemId, summary, sums)).toEqual({
      item_id: "101",
      put_in: 100,
      available: 70,
      held: 10,
      sold: 20,
      refunded: { orders: 2, units: 3, restocked_units: 1 },
      refused: { sold_out: 9_000, limit: 3 },
      refunds_due: 1,
      money: [
        { currency: "EUR", sold: "187.50", refunded: "37.50" },
        { currency: "JPY", sold: "100000000000000000000", refunded: "0" }
      ],
      by_status: [
        { status: "COMPLETED", currency: "EUR", orders: 12, units: 15, money: "187.50" },
        { status: "COMPLETED", currency: "JPY", orders: 5, units: 5, money: "100000000000000000000" },
        { status: "REFUNDED", currency: "EUR", orders: 2, units: 3, money: "37.50" },
        { status: "EXPIRED", orders: 4, units: 4 }
      ],
      balances: true,
      differences: [],
      archive_behind: false,
      archive_read_up_to: 500,
      position: 499
    })
  })

  it("says by how much it does not balance, and whether the archive is behind", () => {
    const behind = Report.of(itemId, { ...summary, available: 68, sold: 22, position: 500 }, sums)
    expect(behind).toMatchObject({
      balances: false,
      differences: [{ what: "sold", item: 22, other: 20 }],
      archive_behind: true
    })
    expect(ReportCsv.differences(behind)).toEqual([
      "the item has sold 22 units, and the archive knows 20 of them",
      "the archive has not read everything yet"
    ])
    const lost = Report.of(itemId, { ...summary, held: 9 }, sums)
    expect(lost).toMatchObject({ balances: false, differences: [{ what: "put_in", item: 100, other: 99 }] })
    expect(lost.archive_behind).toBe(false)
    expect(Report.of(itemId, summary, { ...sums, readUpTo: undefined }).archive_behind).toBe(true)
  })

  it("compares nothing that is kept no longer, and says since when orders are kept", () => {
    const retiredUntil = "2026-10-01T00:00:00.000Z"
    const later = Report.of(itemId, { ...summary, available: 60, sold: 30 }, { ...sums, retiredUntil })
    expect(later).toMatchObject({ balances: true, differences: [], orders_kept_since: retiredUntil })
    expect(ReportText.text(later)).toContain(
      "orders that ended before 2026-10-01T00:00:00.000Z are no longer kept, and are in no sum\nbalances: yes"
    )
    // More than was sold is wrong all the same.
    const more = Report.of(itemId, { ...summary, available: 71, sold: 19 }, { ...sums, retiredUntil })
    expect(more.differences).toEqual([{ what: "sold", item: 19, other: 20 }])
  })

  it("is one table: the sums, and then the orders", () => {
    const table = ReportCsv.begin(Report.of(itemId, summary, sums))
    const lines = table.split("\r\n")
    expect(lines[0]).toBe(
      "line,request_id,user_id,status,reason,orders,units,price,currency,money,created_at,updated_at"
    )
    expect(lines).toContain("put_in,,,,,,100,,,,,")
    expect(lines).toContain("refused,,,,sold_out,9000,,,,,,")
    expect(lines).toContain("status,,,COMPLETED,,12,15,,EUR,187.50,,")
    expect(lines).toContain("money_refunded,,,,,,,,EUR,37.50,,")
    expect(lines.at(-2)).toBe("balances,,,,,,,,,,,")
    const order = TestArchive.order({ requestId: RequestId.make("=1+1"), userId: UserId.make("+49"), amount: 3 })
    expect(ReportCsv.lineOf(ArchiveViews.orderOf(order))).toBe(
      "order,'=1+1,'+49,COMPLETED,,,3,12.50,EUR,37.50,2026-01-01T00:00:00.000Z,2026-01-01T00:00:01.000Z\r\n"
    )
  })

  it("an order's line has as many cells as the headings", () => {
    const [headings, line] = [OrderCsv.HEADINGS, OrderCsv.lineOf(ArchiveViews.orderOf(TestArchive.order()))]
    expect(line).toBe(
      "r-1,101,alice,1,12.50,EUR,12.50,COMPLETED,,1,2026-01-01T00:00:00.000Z,2026-01-01T00:00:01.000Z,,,,c-1\r\n"
    )
    expect(line.split(",").length).toBe(headings.split(",").length)
  })
})

describe("an amount in its currency's digits", () => {
  it.each([
    [1_250, "EUR", "12.50"],
    [5, "EUR", "0.05"],
    [0, "EUR", "0.00"],
    [1_999, "JPY", "1999"],
    [1_999, "KWD", "1.999"],
    [7, undefined, "7"],
    [12_345_678_901_234_567_890n, "USD", "123456789012345678.90"]
  ])("%s of %s is %s", (amount, currency, text) => {
    expect(Currencies.decimal(amount, currency)).toBe(text)
  })
})

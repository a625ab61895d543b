/** What became of all units of an item: its own counts against what the archive's orders add up to. Pure. */
import type * as Bodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import type { ItemSums, OrderSum } from "@flash-sale/domain/archive/Questions"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import * as Currencies from "@flash-sale/domain/records/Currencies"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as ItemView from "../items/ItemView.ts"

/** A report without its orders. */
export type Counts = Omit<typeof Bodies.Report.Type, "orders" | "next">

const added = (sums: ReadonlyArray<OrderSum>, of: (sum: OrderSum) => number): number =>
  sums.reduce((sum, one) => sum + of(one), 0)

const moneyIn = (sums: ReadonlyArray<OrderSum>, status: OrderStatus, currency: string): string =>
  Currencies.decimal(
    sums.reduce((sum, one) => one.status === status && one.currency === currency ? sum + one.money : sum, 0n),
    currency
  )

/** Currencies in which something was sold, whether or not it was given back. */
const moneyOf = ({ orders }: ItemSums): Counts["money"] => {
  const currencies = orders.flatMap(({ currency, status }) =>
    currency !== undefined && (status === "COMPLETED" || status === "REFUNDED") ? [currency] : []
  )
  return [...new Set(currencies)].toSorted().map((currency) => ({
    currency,
    sold: moneyIn(orders, "COMPLETED", currency),
    refunded: moneyIn(orders, "REFUNDED", currency)
  }))
}

/** The archive may know less than was sold where orders of long ago are kept no longer, and never more. */
const differencesOf = (
  { available, held, sold, stocked }: ItemSummary,
  archivedSold: number,
  isRetired: boolean
): Counts["differences"] => [
  ...(stocked === available + held + sold
    ? []
    : [{ what: "put_in" as const, item: stocked, other: available + held + sold }]),
  ...(sold === archivedSold || (isRetired && archivedSold < sold)
    ? []
    : [{ what: "sold" as const, item: sold, other: archivedSold }])
]

const sumOf = ({ currency, money, orders, status, units }: OrderSum): Counts["by_status"][number] =>
  currency === undefined
    ? { status, orders, units }
    : { status, currency, orders, units, money: Currencies.decimal(money, currency) }

export const of = (itemId: ItemId, summary: ItemSummary, sums: ItemSums): Counts => {
  const { available, held, position, refused, sold, stocked } = summary
  const { orders, readUpTo, refundsDue, retiredUntil } = sums
  const are = (wanted: OrderStatus) => orders.filter(({ status }) => status === wanted)
  const refunded = are("REFUNDED")
  const archivedSold = added(are("COMPLETED"), ({ units }) => units)
  const differences = differencesOf(summary, archivedSold, retiredUntil !== undefined)
  return {
    item_id: itemId,
    put_in: stocked,
    available,
    held,
    sold,
    refunded: {
      orders: added(refunded, (one) => one.orders),
      units: added(refunded, (one) => one.units),
      restocked_units: added(refunded, (one) => one.restockedUnits)
    },
    refused: ItemView.refusedOf(refused),
    refunds_due: refundsDue,
    money: moneyOf(sums),
    by_status: orders.map(sumOf),
    balances: differences.length === 0,
    differences,
    ...(retiredUntil === undefined ? {} : { orders_kept_since: retiredUntil }),
    archive_behind: (readUpTo ?? 0) <= position,
    ...(readUpTo === undefined ? {} : { archive_read_up_to: Offset.make(readUpTo) }),
    position
  }
}

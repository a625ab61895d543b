/** A report as a person reads it. Pure. */
import type { Counts } from "@flash-sale/operations/archive/Report"
import * as ReportCsv from "@flash-sale/operations/archive/ReportCsv"
import * as Table from "../terminal/Table.ts"

const unitsOf = (counts: Counts): ReadonlyArray<readonly [string, string]> => [
  ["put in", String(counts.put_in)],
  ["available", String(counts.available)],
  ["held", String(counts.held)],
  ["sold", String(counts.sold)],
  ["refunded", `${counts.refunded.units}, of which ${counts.refunded.restocked_units} are on sale again`]
]

const ordersOf = (counts: Counts): ReadonlyArray<readonly [string, string]> => [
  ...counts.by_status.map(({ currency, money, orders, status, units }) =>
    [
      `orders ${status}`,
      `${orders} of ${units} units${money === undefined ? "" : ` for ${money} ${currency}`}`
    ] as const
  ),
  ...Object.entries(counts.refused).map(([reason, orders]) => [`turned away, ${reason}`, String(orders)] as const),
  ["refunds due", String(counts.refunds_due)]
]

const moneyOf = (counts: Counts): ReadonlyArray<readonly [string, string]> =>
  counts.money.map(({ currency, refunded, sold }) =>
    [`money in ${currency}`, `${sold} sold, ${refunded} refunded`] as const
  )

export const text = (counts: Counts): string =>
  [
    `item ${counts.item_id}`,
    Table.lines([...unitsOf(counts), ...ordersOf(counts), ...moneyOf(counts)]),
    ...(counts.orders_kept_since === undefined
      ? []
      : [`orders that ended before ${counts.orders_kept_since} are no longer kept, and are in no sum`]),
    counts.balances ? "balances: yes" : "balances: no",
    ...ReportCsv.differences(counts)
  ].join("\n")

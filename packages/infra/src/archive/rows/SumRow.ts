/** Orders that are alike, added up, as rows of `archive_sums`. */
import type { FoldedOrder } from "@flash-sale/domain/archive/OrderFold"
import type { OrderSum } from "@flash-sale/domain/archive/Questions"
import * as Columns from "../sql/Columns.ts"
import type { Insertion, Kind, Row, Statement, Value } from "../sql/Session.ts"
import * as OrderRow from "./OrderRow.ts"

/** Money is kept in two parts: all together it may have more bits than a whole number of a database. */
const PART = 1_000_000_000n

/** In the place of a currency that is not known. */
const NONE = ""

const ADDED = ["orders", "units", "money_parts", "money_rest", "restocked"] as const

const KEY = { item_id: "text", status: "text", currency: "text" } as const satisfies Readonly<Record<string, Kind>>

const COLUMNS = {
  ...KEY,
  orders: "integer",
  units: "integer",
  money_parts: "integer",
  money_rest: "integer",
  restocked: "integer"
} as const satisfies Readonly<Record<string, Kind>>

type SumValues = Readonly<Record<keyof typeof COLUMNS, Value>>

/** Adds to sums; one that is not there is nothing. */
export const ADD: Insertion = {
  columns: COLUMNS,
  into: "archive_sums",
  rest: `ON CONFLICT(item_id, status, currency) DO UPDATE SET
    ${ADDED.map((name) => `${name} = archive_sums.${name} + excluded.${name}`).join(", ")}`
}

/** Deletes those of these sums that are of no order any more. */
export const DELETE_EMPTY: Statement = {
  columns: KEY,
  sql: `DELETE FROM archive_sums WHERE orders = 0
    AND (item_id, status, currency) IN (SELECT item_id, status, currency FROM input)`
}

/** The sums of an item. Those of money are read as texts, as they may have more bits than a number. */
export const FIND = `SELECT status, currency, orders, units, CAST(money_parts AS TEXT) AS money_parts,
    CAST(money_rest AS TEXT) AS money_rest, restocked
  FROM archive_sums WHERE item_id = $1 ORDER BY status, currency`

/** What is added up of an order. */
export type Summed = Pick<
  FoldedOrder,
  "itemId" | "step" | "status" | "currency" | "amount" | "price" | "restocked"
>

interface Sum {
  orders: number
  units: number
  money: bigint
  restocked: number
}

/** What the sums change by, where these orders were before and those are in their place. Only what is not nothing. */
export const changes = (before: Iterable<Summed>, now: Iterable<Summed>): ReadonlyArray<SumValues> => {
  const sums = new Map<string, [Summed, Sum]>()
  const add = (order: Summed, sign: 1 | -1): void => {
    // Who is known by a payment alone has no order.
    if (order.step === 0) return
    const { amount = 0, currency = NONE, itemId, price = 0, restocked, status } = order
    const name = `${itemId}\n${status}\n${currency}`
    const [, sum] = sums.get(name) ?? [order, { orders: 0, units: 0, money: 0n, restocked: 0 } satisfies Sum]
    sum.orders += sign
    sum.units += sign * amount
    sum.money += BigInt(sign * amount) * BigInt(price)
    if (restocked === true) sum.restocked += sign * amount
    sums.set(name, [order, sum])
  }
  for (const order of before) add(order, -1)
  for (const order of now) add(order, 1)
  return [...sums.values()].flatMap(([{ currency = NONE, itemId, status }, { money, ...sum }]) =>
    sum.orders === 0 && sum.units === 0 && money === 0n && sum.restocked === 0 ? [] : [{
      item_id: itemId,
      status,
      currency,
      ...sum,
      money_parts: Number(money / PART),
      money_rest: Number(money % PART)
    }]
  )
}

export const read = (row: Row): OrderSum => {
  const currency = Columns.text(row, "currency")
  return {
    status: OrderRow.statusOf(row),
    currency: currency === NONE ? undefined : currency,
    orders: Columns.integer(row, "orders"),
    units: Columns.integer(row, "units"),
    money: BigInt(Columns.text(row, "money_parts")) * PART + BigInt(Columns.text(row, "money_rest")),
    restockedUnits: Columns.integer(row, "restocked")
  }
}

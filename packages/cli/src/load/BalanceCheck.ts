/** Whether a run's books balance: compares the statuses of its orders with the counts of its items. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import { isFinal, type OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import * as Payments from "./Payments.ts"

/** An accepted order with its status as it is now; undefined where the engine does not know it. */
export interface Fate {
  readonly order: Pick<Order, "requestId" | "itemId" | "amount">
  readonly status: OrderStatus | undefined
  /** Where a shop has taken the money, and the engine has said what becomes of it. */
  readonly payment?: Payments.PaymentFate | undefined
}

/** One item of the run: the units put in, the engine's counts, and the orders that it keeps as open. */
export interface ItemBalance {
  readonly itemId: ItemId
  readonly put: number
  readonly summary: Pick<ItemSummary, "available" | "held" | "sold" | "stocked">
  readonly open: number
}

export interface BalanceCheck {
  readonly accepted: number
  readonly completed: number
  /** By status, those that failed. */
  readonly failed: ReadonlyMap<OrderStatus, number>
  readonly expired: number
  readonly cancelled: number
  readonly refunded: number
  /** Not final, or unknown. */
  readonly open: number
  readonly payments: Payments.PaymentCounts
  /** What does not agree, a line each; none where the books balance. */
  readonly wrong: ReadonlyArray<string>
}

/** The most orders that are named as missing, or as wrongly paid for. */
const MAX_NAMED = 10

/** The first of these lines, and how many others there are. */
const named = (lines: ReadonlyArray<string>, others: string): ReadonlyArray<string> =>
  lines.length <= MAX_NAMED
    ? lines
    : [...lines.slice(0, MAX_NAMED), `and ${lines.length - MAX_NAMED} more ${others}`]

export const make = (lines: ReadonlyArray<ItemBalance>, fates: ReadonlyArray<Fate>): BalanceCheck => {
  const counts = new Map<OrderStatus, number>()
  const unitsSold = new Map<string, number>()
  const open: Array<Fate> = []
  for (const fate of fates) {
    const { order, status } = fate
    if (status === undefined || !isFinal(status)) open.push(fate)
    else counts.set(status, (counts.get(status) ?? 0) + 1)
    if (status === "COMPLETED") unitsSold.set(order.itemId, (unitsSold.get(order.itemId) ?? 0) + order.amount)
  }
  const missing = open.map(({ order, status }) =>
    status === undefined
      ? `order ${order.requestId} was accepted and is missing`
      : `order ${order.requestId} was accepted and is still ${status}`
  )
  return {
    accepted: fates.length,
    completed: counts.get("COMPLETED") ?? 0,
    failed: new Map([...counts].filter(([status]) => status.startsWith("FAILED"))),
    expired: counts.get("EXPIRED") ?? 0,
    cancelled: counts.get("CANCELLED") ?? 0,
    refunded: counts.get("REFUNDED") ?? 0,
    open: open.length,
    payments: Payments.count(fates.flatMap(({ payment }) => payment ?? [])),
    wrong: [
      ...lines.flatMap((line) => judge(line, unitsSold.get(line.itemId) ?? 0)),
      ...named(missing, "orders that are missing or not final"),
      ...named(fates.flatMap(({ order, payment }) => Payments.judge(order.requestId, payment)), "such payments")
    ]
  }
}

const judge = ({ itemId, open, summary, put }: ItemBalance, unitsSold: number): ReadonlyArray<string> => {
  const { available, held, sold } = summary
  const wrong = (what: string) => `item ${itemId}: ${what}`
  return [
    ...(Math.min(available, held, sold) < 0 ? [wrong(`a count is negative: ${available}, ${held}, ${sold}`)] : []),
    ...(summary.stocked === put ? [] : [wrong(`${put} units were put in, the engine says ${summary.stocked}`)]),
    ...(put === available + held + sold
      ? []
      : [
        wrong(`${put} put in, but available ${available} + held ${held} + sold ${sold} = ${available + held + sold}`)
      ]),
    ...(held === 0 ? [] : [wrong(`${held} units are still held`)]),
    ...(open === 0 ? [] : [wrong(`${open} holds or refunds are still open`)]),
    ...(sold === unitsSold ? [] : [wrong(`${sold} units sold, but completed orders hold ${unitsSold}`)])
  ]
}

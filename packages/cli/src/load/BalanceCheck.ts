/** Whether a run's books balance: compares the statuses of its orders with the counts of its items. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import { isFinal, type OrderStatus } from "@flash-sale/domain/records/OrderStatus"

/** An accepted order with its status as it is now; undefined where the engine does not know it. */
export interface Fate {
  readonly order: Pick<Order, "requestId" | "itemId" | "amount">
  readonly status: OrderStatus | undefined
}

/** One item of the run: the units put in, and the engine's counts. */
export interface ItemBalance {
  readonly itemId: ItemId
  readonly put: number
  readonly summary: Pick<ItemSummary, "available" | "held" | "sold" | "stocked">
}

export interface BalanceCheck {
  readonly accepted: number
  readonly completed: number
  /** By status, all that are final and not completed. */
  readonly failed: ReadonlyMap<OrderStatus, number>
  /** Not final, or unknown. */
  readonly open: number
  /** What does not agree, a line each; none where the books balance. */
  readonly wrong: ReadonlyArray<string>
}

/** The most orders that are named as missing. */
const MAX_NAMED = 10

export const make = (lines: ReadonlyArray<ItemBalance>, fates: ReadonlyArray<Fate>): BalanceCheck => {
  const failed = new Map<OrderStatus, number>()
  const unitsSold = new Map<string, number>()
  let completed = 0
  const open: Array<Fate> = []
  for (const fate of fates) {
    const { order, status } = fate
    if (status === "COMPLETED") {
      completed++
      unitsSold.set(order.itemId, (unitsSold.get(order.itemId) ?? 0) + order.amount)
    } else if (status !== undefined && isFinal(status)) failed.set(status, (failed.get(status) ?? 0) + 1)
    else open.push(fate)
  }
  const wrong = [
    ...lines.flatMap((line) => judge(line, unitsSold.get(line.itemId) ?? 0)),
    ...open.slice(0, MAX_NAMED).map(({ order, status }) =>
      status === undefined
        ? `order ${order.requestId} was accepted and is missing`
        : `order ${order.requestId} was accepted and is still ${status}`
    ),
    ...(open.length > MAX_NAMED ? [`and ${open.length - MAX_NAMED} more orders that are missing or not final`] : [])
  ]
  return { accepted: fates.length, completed, failed, open: open.length, wrong }
}

const judge = ({ itemId, summary, put }: ItemBalance, unitsSold: number): ReadonlyArray<string> => {
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
    ...(sold === unitsSold ? [] : [wrong(`${sold} units sold, but completed orders hold ${unitsSold}`)])
  ]
}

/** What buyers and shops were told of an order that was over is so in the end: nobody was sent away in vain. */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { HeldOrder, Item } from "@flash-sale/domain/rules/Item"
import type { Conflict } from "../World.ts"
import * as Courses from "./Course.ts"
import type { Held } from "./Winners.ts"

const SOLD: ReadonlyArray<HeldOrder["state"]> = ["sold", "refunding", "refunded"]

/** Whether what was told fits what became of the order. A failed one may have been tried again since. */
const fits = ({ code }: Conflict, held: Held | undefined, order: HeldOrder | undefined): boolean => {
  switch (code) {
    case "expired":
      return held?.winner?.kind === "expire" || held?.winner?.kind === "late"
    case "already_confirmed":
      return held?.winner?.kind === "confirm" || held?.winner?.kind === "paid"
    case "already_cancelled":
      return order !== undefined && order.state === "released" && order.reason === "cancelled"
    case "already_completed":
    case "already_refunded":
      return order !== undefined && SOLD.includes(order.state)
    case "not_a_hold":
      return held === undefined
    case "order_failed":
      return order === undefined || order.attempt > 1 || order.state === "released"
  }
}

export const wrong = (
  conflicts: ReadonlyArray<Conflict>,
  holds: ReadonlyMap<RequestId, Held>,
  item: Item
): ReadonlyArray<string> =>
  conflicts.flatMap((conflict) => {
    const { code, requestId } = conflict
    const [held, order] = [holds.get(requestId), Courses.orderIn(item, requestId)]
    return fits(conflict, held, order)
      ? []
      : [`${requestId} was said to be ${code}, and is ${order?.state}, ended by ${held?.winner?.kind}`]
  })

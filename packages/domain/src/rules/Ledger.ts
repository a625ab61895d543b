/** Moving the units of an order from one state to the next. Each step keeps the balance. Pure. */
import { HashMap } from "effect"
import type { RequestId } from "../records/Ids.ts"
import type { OpenOrder } from "./checkout/CheckoutState.ts"
import type { HeldOrder, Item } from "./Item.ts"
import { bought } from "./OrderLookup.ts"
import * as Outcome from "./Outcome.ts"

/** The item after one step of an order, and what became of the order. */
export type Decision = readonly [item: Item, order: Outcome.OrderOutcome]

/** The order is now so; `open` is what is kept of it while it is open, undefined where that is over. */
const put = (
  item: Item,
  requestId: RequestId,
  order: HeldOrder,
  open: OpenOrder | undefined,
  changes: Partial<Item>
): Decision => [
  {
    ...item,
    ...changes,
    orders: HashMap.set(item.orders, requestId, order),
    open: open === undefined ? HashMap.remove(item.open, requestId) : HashMap.set(item.open, requestId, open)
  },
  Outcome.ofHeld(requestId, order, Outcome.keptOf(item, requestId), true)
]

const freed = (item: Item, order: HeldOrder): Item["buyers"] =>
  order.countsAgainstLimit
    ? HashMap.set(item.buyers, order.userId, bought(item, order.userId) - order.amount)
    : item.buyers

/** Units that were available are held. */
export const hold = (item: Item, requestId: RequestId, order: HeldOrder, open: OpenOrder | undefined): Decision => {
  const [next, outcome] = put(item, requestId, order, open, {
    available: item.available - order.amount,
    held: item.held + order.amount,
    buyers: order.countsAgainstLimit
      ? HashMap.set(item.buyers, order.userId, bought(item, order.userId) + order.amount)
      : item.buyers
  })
  return [next, { ...outcome, open }]
}

/** The order is in another state, and its units stay where they are. */
export const turn = (
  item: Item,
  requestId: RequestId,
  order: HeldOrder,
  open: OpenOrder | undefined
): Decision => put(item, requestId, order, open, {})

/** Units that were held are sold. */
export const sell = (item: Item, requestId: RequestId, order: HeldOrder): Decision =>
  put(item, requestId, { ...order, state: "sold" }, undefined, {
    held: item.held - order.amount,
    sold: item.sold + order.amount
  })

/** Units that were held are available again. */
export const release = (item: Item, requestId: RequestId, order: HeldOrder): Decision =>
  put(item, requestId, { ...order, state: "released", countsAgainstLimit: false }, undefined, {
    available: item.available + order.amount,
    held: item.held - order.amount,
    buyers: freed(item, order)
  })

/** Units that were sold are on sale again, or out of the books, as the order's reason says. */
export const refund = (item: Item, requestId: RequestId, order: HeldOrder): Decision =>
  put(item, requestId, { ...order, state: "refunded", countsAgainstLimit: false }, undefined, {
    sold: item.sold - order.amount,
    ...(order.reason === "restocked"
      ? { available: item.available + order.amount }
      : { stocked: item.stocked - order.amount }),
    buyers: freed(item, order)
  })

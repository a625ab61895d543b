/** Why an order is not changed, in the operator's words. */
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type { ConflictCode } from "@flash-sale/operations/orders/Judgement"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import type { Meant } from "./OrderView.ts"

const quoted = ({ requestId }: Meant): string => `order ${JSON.stringify(requestId)}`

const CONFLICTS = {
  expired: "its hold is over, and its units are available again",
  order_failed: "there is nothing to cancel",
  already_completed: "flash-sale order refund gives it back",
  already_refunded: "it was given back",
  not_completed: "nothing was sold that could be given back",
  refund_differs: "it is given back already, or about to be, and its units go elsewhere than asked for"
} satisfies Readonly<Record<ConflictCode, string>>

/** It stands against the change. */
export const conflict = (order: Meant, code: ConflictCode, status: OrderStatus): CommandFailed.CommandFailed =>
  CommandFailed.failed(`${quoted(order)} is ${status}: ${CONFLICTS[code]}`)

/** Nobody knows it. */
export const unknown = (order: Meant): CommandFailed.CommandFailed =>
  CommandFailed.failed(
    order.itemId === undefined
      ? `${quoted(order)} is not known: it never came, or its status is no longer kept: then name its item by --item`
      : `${quoted(order)} is not known: item ${order.itemId} has none of this name`
  )

/** Whether there is one is not known yet. */
export const undecided = (order: Meant): CommandFailed.CommandFailed =>
  CommandFailed.failed(`${quoted(order)} is being placed: ask again, its outcome is not known yet`)

/** Another door is needed. */
export const historyIsBeside = CommandFailed.failed(
  "the archive has no history of the order, or there is no archive, and the admin API reads none out of the log: ask " +
    "beside the engine's stores"
)

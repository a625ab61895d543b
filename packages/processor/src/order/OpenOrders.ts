/** The orders of one item that are to be paid and kept in memory, within the budget of its partition. */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { Message, OpenOrder } from "./OpenOrder.ts"
import type { OpenOrderBudget } from "./OpenOrderBudget.ts"

export interface OpenOrders {
  readonly get: (requestId: RequestId) => OpenOrder | undefined
  readonly values: () => Iterable<OpenOrder>
  readonly size: () => number
  /** Keeps the order that the message is about. False where there is no room: then it is read again later. */
  readonly keep: (message: Message, order: OpenOrder) => boolean
  /** The order is final. */
  readonly remove: (order: OpenOrder) => void
  /** The message is read again once the recovery is over. */
  readonly postpone: (message: Message) => void
  /** The message was read again, and its order is not to be kept after all. */
  readonly skip: (message: Message) => void
  /**
   * The item is stopped. Its orders count no more, so that others of the partition go on; they change no more either,
   * as all is read again after the repair.
   */
  readonly abandon: (messages: ReadonlyArray<Message>) => void
}

export const make = (budget: OpenOrderBudget): OpenOrders => {
  const orders = new Map<RequestId, OpenOrder>()
  let isAbandoned = false

  const skip = ({ isAdmitted }: Message): void => {
    if (isAdmitted) budget.release(1)
  }

  return {
    get: (requestId) => orders.get(requestId),
    values: () => orders.values(),
    size: () => orders.size,
    keep: (message, order) => {
      const { requestId } = order
      if (!message.isAdmitted && !budget.admit(order.record.offset)) return false
      if (orders.has(requestId)) budget.release(1)
      orders.set(requestId, order)
      return true
    },
    remove: ({ requestId }) => {
      if (orders.delete(requestId)) budget.release(1)
    },
    postpone: ({ record }) => budget.postpone(record.offset),
    skip,
    abandon: (messages) => {
      messages.forEach(skip)
      if (isAbandoned) return
      isAbandoned = true
      budget.release(orders.size)
    }
  }
}

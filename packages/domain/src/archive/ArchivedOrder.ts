/** An order as the archive keeps it: what its events have told, for ever. */
import type { AskedEventType, OrderEventType } from "../events/OrderEvent.ts"
import type { PaymentReference } from "../records/checkout/Reference.ts"
import type { CorrelationId, ItemId, RequestId, UserId } from "../records/Ids.ts"
import type { OrderStatus } from "../records/OrderStatus.ts"
import type { Offset, PartitionId } from "../records/Partition.ts"

/**
 * How far an order is: a row moves forwards only, by attempt, then by the place of the attempt, then by the step
 * (`EventId.Step`; 0 where only a payment for the request id was told).
 */
export interface Progress {
  readonly attempt: number
  readonly placedAtOffset: Offset
  readonly step: 0 | 1 | 2 | 3 | 4
}

/** A payment that the shop owes to a buyer, by the event that told of it. */
export interface ArchivedRefundDue {
  readonly eventId: string
  readonly reference: PaymentReference
  /** Whose order the payment named; another buyer's than the order's is not shown with the order. */
  readonly userId: UserId | undefined
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** One order of one item. Known by item and request id together: another item may have an order under the same id. */
export interface ArchivedOrder extends Progress {
  readonly partition: PartitionId
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly userId: UserId | undefined
  readonly amount: number | undefined
  /** Of one unit, in the smallest unit of the currency. */
  readonly price: number | undefined
  readonly currency: string | undefined
  readonly status: OrderStatus
  readonly reason: string | undefined
  /** A hold that is confirmed and not paid yet. */
  readonly confirmed: boolean
  readonly expiresAt: string | undefined
  /** When it was accepted, or where that is not known first told of: ISO 8601 in UTC. Lists are in this order. */
  readonly createdAt: string
  /** The time of the record that told its last step, ISO 8601 in UTC. */
  readonly updatedAt: string
  readonly correlationId: CorrelationId | undefined
  readonly traceparent: string | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly paymentReference: PaymentReference | undefined
  /** Of a refunded order: whether its units are on sale again. */
  readonly restocked: boolean | undefined
  readonly refundsDue: ReadonlyArray<ArchivedRefundDue>
}

/** The payments that are due to the order's own buyer: another's are not shown with it. */
export const ownDues = (
  { refundsDue, userId }: ArchivedOrder
): ReadonlyArray<{ readonly reference: PaymentReference }> =>
  refundsDue.filter((due) => due.userId === userId).map(({ reference }) => ({ reference }))

/** When the hold ends, where it is open: of an order that has gone on it says nothing. */
export const openUntil = ({ confirmed, expiresAt, status }: ArchivedOrder): string | undefined =>
  status === "RESERVED" && !confirmed ? expiresAt : undefined

/** One entry of an order's history: an event, or a dead letter and how it was handled. In the order of the log. */
export interface HistoryEntry {
  readonly id: string
  readonly type: OrderEventType | AskedEventType | "letter.put" | "letter.replayed" | "letter.discarded"
  /** ISO 8601 in UTC. */
  readonly time: string
  readonly partition: PartitionId
  readonly sequence: number
  readonly by: string | undefined
  readonly reason: string | undefined
  /** The data under its wire names. */
  readonly data: unknown
}

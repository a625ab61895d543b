/** An order as the archive has it in the form of a status, so that it is shown and judged as any other. Pure. */
import type { ArchivedOrder } from "@flash-sale/domain/archive/ArchivedOrder"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { writtenFor } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"

/** Where no event has told under which one the order was placed. */
const NO_CORRELATION = CorrelationId.make("unknown")

/** Payments that are due to the order's own buyer: another's are not shown with it. */
const duesOf = ({ refundsDue, userId }: ArchivedOrder) =>
  refundsDue.filter((due) => due.userId === userId).map(({ reference }) => ({ reference }))

/** As if it was no hold: whether it was one the archive does not say. */
export const of = (order: ArchivedOrder): StatusRecord => {
  const { amount, attempt, confirmed, correlationId, expiresAt, itemId, placedAtOffset, reason, requestId } = order
  const refundDue = duesOf(order)
  return {
    requestId,
    itemId,
    ...(amount === undefined ? {} : { amount }),
    status: order.status,
    ...(reason === undefined ? {} : { reason }),
    attempt,
    ...(expiresAt === undefined || order.status !== "RESERVED" || confirmed ? {} : { expiresAt }),
    ...(confirmed ? { confirmed } : {}),
    ...(refundDue.length === 0 ? {} : { refundDue }),
    correlationId: correlationId ?? NO_CORRELATION,
    updatedAt: order.updatedAt,
    fingerprint: writtenFor(order),
    placedAtOffset
  }
}

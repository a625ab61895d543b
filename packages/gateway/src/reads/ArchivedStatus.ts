/** An order as the archive has it in the form of a status, so that it is shown and judged as any other. Pure. */
import { type ArchivedOrder, openUntil, ownDues } from "@flash-sale/domain/archive/ArchivedOrder"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { writtenFor } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"

/** Where no event has told under which one the order was placed. */
const NO_CORRELATION = CorrelationId.make("unknown")

/** As if it was no hold: whether it was one the archive does not say. */
export const of = (order: ArchivedOrder): StatusRecord => {
  const { amount, attempt, confirmed, correlationId, itemId, placedAtOffset, reason, requestId } = order
  const refundDue = ownDues(order)
  const expiresAt = openUntil(order)
  return {
    requestId,
    itemId,
    ...(amount === undefined ? {} : { amount }),
    status: order.status,
    ...(reason === undefined ? {} : { reason }),
    attempt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(confirmed ? { confirmed: true as const } : {}),
    ...(refundDue.length === 0 ? {} : { refundDue }),
    correlationId: correlationId ?? NO_CORRELATION,
    updatedAt: order.updatedAt,
    fingerprint: writtenFor(order),
    placedAtOffset
  }
}

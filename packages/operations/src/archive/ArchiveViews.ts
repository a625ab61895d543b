/** What the archive has, under the names of the wire: the same at the admin API and at the command line. Pure. */
import type * as Bodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import * as PastOrders from "@flash-sale/domain/api/lists/PastOrders"
import type { ArchivedOrder, HistoryEntry } from "@flash-sale/domain/archive/ArchivedOrder"
import type { AuditEntry } from "@flash-sale/domain/archive/Questions"

export const orderOf = (order: ArchivedOrder): typeof Bodies.ArchivedOrder.Type => {
  const { metadata, paymentReference, restocked, traceparent } = order
  return {
    ...PastOrders.viewOf(order),
    ...(paymentReference === undefined ? {} : { payment_reference: paymentReference }),
    ...(restocked === undefined ? {} : { restocked }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(traceparent === undefined ? {} : { traceparent })
  }
}

export const historyOf = (entry: HistoryEntry): typeof Bodies.OrderHistoryEntry.Type => ({
  id: entry.id,
  type: entry.type,
  time: entry.time,
  partition: entry.partition,
  offset: entry.sequence,
  ...(entry.by === undefined ? {} : { by: entry.by }),
  ...(entry.reason === undefined ? {} : { reason: entry.reason }),
  data: entry.data
})

export const auditOf = (entry: AuditEntry): typeof Bodies.AuditEntry.Type => ({
  id: entry.id,
  type: entry.type,
  ...(entry.itemId === undefined ? {} : { item_id: entry.itemId }),
  ...(entry.requestId === undefined ? {} : { request_id: entry.requestId }),
  by: entry.by,
  ...(entry.reason === undefined ? {} : { reason: entry.reason }),
  time: entry.time,
  data: entry.data
})

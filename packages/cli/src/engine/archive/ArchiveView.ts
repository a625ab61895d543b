/** What the archive has, as commands print it wherever it comes from: under the names of the admin API. */
import type * as Bodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import type { ArchiveCursor } from "@flash-sale/domain/archive/Questions"

export type OrderRow = typeof Bodies.ArchivedOrder.Type
export type AuditRow = typeof Bodies.AuditEntry.Type
export type OrderDetails = typeof Bodies.OrderDetails.Type

/** Which page: the first one where there is no cursor. */
export interface PageOptions {
  readonly cursor: ArchiveCursor | undefined
  readonly limit: number
}

export interface Page<A> {
  readonly entries: ReadonlyArray<A>
  readonly next: ArchiveCursor | undefined
}

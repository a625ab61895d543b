/** Writes orders as rows, and with them the sums of their items: nothing else writes either. */
import type { FoldedOrder } from "@flash-sale/domain/archive/OrderFold"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import type * as OrderKey from "../rows/OrderKey.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import * as SumRow from "../rows/SumRow.ts"
import type { Session } from "../sql/Session.ts"

/** What becomes of orders in one transaction. */
export interface Change {
  /** The rows that were there of all that follow: of those that are saved, and of those that go. */
  readonly before: Iterable<SumRow.Summed>
  readonly saved: ReadonlyArray<FoldedOrder>
  readonly gone: ReadonlyArray<OrderKey.Key>
}

export const write = (session: Session, { before, gone, saved }: Change): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const sums = SumRow.changes(before, saved)
    yield* session.each(OrderRow.SAVE, saved.map(OrderRow.write))
    yield* session.each(OrderRow.DELETE, gone)
    yield* session.each(SumRow.ADD, sums)
    yield* session.each(SumRow.DELETE_EMPTY, sums.filter(({ orders }) => Number(orders) < 0))
  })

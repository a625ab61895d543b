/** Statuses that only those which are there can complete: few, as each is read before it is written. */
import type { OrderStatuses, StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import type { Amendment } from "../order/Action.ts"

/** A claim is no status yet. */
const foundIn = (lookup: StatusLookup | undefined): StatusRecord | undefined =>
  lookup?._tag === "Kept" ? lookup.record : undefined

/**
 * What is to be written, by what is there now. A status that becomes another one meanwhile is told by the fold that
 * makes it so, with all that is due, and stays.
 */
export const resolve = Effect.fnUntraced(function*(
  statuses: Pick<OrderStatuses["Service"], "readAll">,
  amendments: ReadonlyArray<Amendment>
): Effect.fn.Return<ReadonlyArray<StatusRecord>, StoreUnavailable> {
  const found = yield* statuses.readAll(amendments.map(({ requestId }) => requestId))
  return amendments.flatMap(({ amend }, n) => amend(foundIn(found[n])) ?? [])
})

/** Look-ups of what is known of request ids: those that come together share a round trip. */
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import { Effect, Exit, type Scope } from "effect"
import { StoreBreaker } from "../guards/StoreBreaker.ts"

/** Look-ups that share one round trip at the most. */
const BATCH_SIZE = 512

export type StatusLookups = BatchLine.BatchLine<RequestId, StatusLookup, StoreUnavailable>
export type LookupError = StoreUnavailable | BatchLine.LineFull

/** Up to `capacity` look-ups may wait for a round trip. */
export const make = Effect.fnUntraced(function*(
  capacity: number
): Effect.fn.Return<StatusLookups, never, OrderStatuses | StoreBreaker | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const storeBreaker = yield* StoreBreaker
  return yield* BatchLine.make({
    name: "status look-ups",
    capacity,
    batchSize: BATCH_SIZE,
    handle: (ids: ReadonlyArray<RequestId>) =>
      Effect.map(storeBreaker.ask(statuses.readAll(ids)), (found) => found.map((lookup) => Exit.succeed(lookup)))
  })
})

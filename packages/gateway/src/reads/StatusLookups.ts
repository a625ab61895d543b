/** Look-ups of what is known of request ids: those that come together share a round trip. */
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import { Effect, Exit, type Scope } from "effect"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { UnknownOutcomes } from "../guards/UnknownOutcomes.ts"

/** Look-ups that share one round trip at the most. */
export const BATCH_SIZE = 512

export type LookupError = StoreUnavailable | BatchLine.LineFull
export type StatusLookups = Pick<BatchLine.BatchLine<RequestId, StatusLookup, StoreUnavailable>, "ask" | "offer">

export interface Options {
  /** Look-ups that may wait in one line. */
  readonly capacity: number
  /** How long one may wait for its round trip, in milliseconds; without bound where it is absent. */
  readonly timeoutMillis?: number
  /** Round trips that may be under way at once; one where it is absent. */
  readonly lines?: number
}

export const make = Effect.fnUntraced(function*(
  { capacity, lines: count = 1, timeoutMillis }: Options
): Effect.fn.Return<StatusLookups, never, OrderStatuses | StoreBreaker | UnknownOutcomes | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const storeBreaker = yield* StoreBreaker
  const { judged } = yield* UnknownOutcomes
  const lines = yield* Effect.forEach(Array.from({ length: count }), () =>
    BatchLine.make({
      name: "status look-ups",
      capacity,
      batchSize: BATCH_SIZE,
      ...(timeoutMillis === undefined ? {} : { timeoutMillis }),
      handle: (ids: ReadonlyArray<RequestId>) =>
        Effect.map(
          storeBreaker.ask(statuses.readAll(ids)),
          (found) => found.map((lookup, n) => Exit.succeed(judged(ids[n]!, lookup)))
        )
    }))
  /** The first with room in its next batch, as the more look-ups share a round trip the better; else the shortest. */
  const line = () =>
    lines.find(({ waiting }) => waiting() < BATCH_SIZE) ??
      lines.reduce((shortest, next) => next.waiting() < shortest.waiting() ? next : shortest)
  return {
    ask: (requestId) => Effect.suspend(() => line().ask(requestId)),
    offer: (requestId, completion) => line().offer(requestId, completion)
  }
})

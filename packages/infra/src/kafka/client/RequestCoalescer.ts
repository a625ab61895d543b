/**
 * Coalesces requests about a whole topic that its partitions make at about the same time: callers that come while one
 * is under way share the next one. A caller never gets the answer to an earlier request, which may be out of date.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Exit, Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"

/** Callers that may wait for an answer: more than there are partitions. */
const WAITING = 20_000

/** The answer for one partition, out of an answer about the topic. */
export type Part<A> = (partition: PartitionId) => Exit.Exit<A, LogUnavailable>

/** `what` names the request in the error. */
export const make = Effect.fnUntraced(function*<A>(
  what: string,
  ask: Effect.Effect<Part<A>, LogUnavailable>
): Effect.fn.Return<(partition: PartitionId) => Effect.Effect<A, LogUnavailable>, never, Scope.Scope> {
  // The end of the line is not awaited: its callers have ended by then, and without Kafka the request under way takes
  // long.
  const lineScope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Effect.asVoid(Effect.forkDetach(Scope.close(lineScope, exit))))
  const line = yield* BatchLine.make<PartitionId, A, LogUnavailable>({
    name: what,
    capacity: WAITING,
    batchSize: WAITING,
    handle: (partitions) => Effect.map(ask, (partOf) => partitions.map(partOf))
  }).pipe(Scope.provide(lineScope))
  return (partition) =>
    Effect.catchTag(
      line.ask(partition),
      "LineFull",
      () => new LogUnavailable({ detail: `Kafka: ${what}: too many wait for an answer` })
    )
})

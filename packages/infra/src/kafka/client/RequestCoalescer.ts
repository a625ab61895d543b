/**
 * A question about a whole topic that its partitions have at about the same time: who comes while it is under way shares
 * the next one with all who wait then. Nobody hears what was asked before he came: it may be out of date by then.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Exit, Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"

/** Who may wait for an answer: more than there are partitions. */
const WAITING = 20_000

/** What a partition is answered, by an answer about the topic. */
export type Part<A> = (partition: PartitionId) => Exit.Exit<A, LogUnavailable>

/** `what` names the question in the error. */
export const make = Effect.fnUntraced(function*<A>(
  what: string,
  ask: Effect.Effect<Part<A>, LogUnavailable>
): Effect.fn.Return<(partition: PartitionId) => Effect.Effect<A, LogUnavailable>, never, Scope.Scope> {
  // Nobody waits for the line's end: who asked is gone by then, and without Kafka the question under way takes long.
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

/** Moves the group's committed offset, and the store's checkpoint with it, behind what is final. */
import { type OwnedPartition, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { NOTHING_FOLDED, Offset } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import { Duration, Effect } from "effect"
import { type PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"
import * as LogGrace from "./LogGrace.ts"

/** How often what has become final is committed. */
export const COMMIT_EVERY = Duration.millis(250)

export interface Checkpointer {
  /** Commits what is final now, where that is more than before. A log that gives no answer is asked the next time. */
  readonly commit: Effect.Effect<void, RecoveryNeeded | PartitionLost>
  /** The offset that was committed last. */
  readonly committed: () => number
}

export const make = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  run: PartitionRun,
  start: number
): Effect.fn.Return<Checkpointer, never, RecoveryMarks> {
  const marks = yield* RecoveryMarks
  const grace = LogGrace.make()
  let committed = run.publishFrom
  let checkpoint = start
  let marked = NOTHING_FOLDED

  const commit = Effect.gen(function*() {
    const next = run.settling.next()
    const last = run.lastTaken()?.offset ?? marked
    // During a recovery there may be no mark yet whose checkpoint could move.
    if (run.isRecovered() && (next > checkpoint || last > marked)) {
      const seen = Recovery.seenOf(run.lastTaken())
      yield* marks.checkpoint(run.partition, { epoch: run.epoch, checkpoint: next, seen }, run.session)
      checkpoint = next
      marked = last
    }
    if (next > committed) {
      const isDone = yield* grace.answer(Effect.as(owned.commit(Offset.make(next)), true))
      if (isDone === true) committed = next
    }
  }).pipe(
    Effect.mapError((error) =>
      error instanceof PartitionLost ? error : new RecoveryNeeded({ why: `cannot commit: ${error._tag}` })
    )
  )

  return { commit, committed: () => committed }
})

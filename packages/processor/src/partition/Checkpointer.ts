/** Moves the group's committed offset, and the store's checkpoint with it, behind what is final. */
import { ItemStore, type Seen } from "@flash-sale/domain/ports/ItemStore"
import { type OwnedPartition, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import * as Digest from "@flash-sale/domain/records/Digest"
import { NOTHING_FOLDED, Offset } from "@flash-sale/domain/records/Partition"
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

/**
 * The record by which a recovery recognises the log (docs/decisions/0008-a-log-that-is-another.md). Not the one below
 * the checkpoint, but the last one taken: what is between them is folded as well, and is as lost where the log is cut
 * there.
 */
export const lastSeen = ({ lastTaken }: PartitionRun): Seen | undefined => {
  const record = lastTaken()
  return record === undefined ? undefined : { offset: record.offset, digest: Digest.of(record) }
}

export const make = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  run: PartitionRun,
  start: number
): Effect.fn.Return<Checkpointer, never, ItemStore> {
  const store = yield* ItemStore
  const grace = LogGrace.make()
  let committed = run.publishFrom
  let checkpoint = start
  let marked = NOTHING_FOLDED

  const commit = Effect.gen(function*() {
    const next = run.settling.next()
    const last = run.lastTaken()?.offset ?? marked
    // During a recovery there may be no mark yet whose checkpoint could move.
    if (run.isRecovered() && (next > checkpoint || last > marked)) {
      yield* store.checkpoint(run.partition, { epoch: run.epoch, checkpoint: next, seen: lastSeen(run) }, run.session)
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

/** Moving the group's committed offset, and the store's checkpoint with it, behind what is final. */
import { ItemStore } from "@flash-sale/domain/ItemStore"
import { type OwnedPartition, PartitionLost } from "@flash-sale/domain/OrderLog"
import { Offset } from "@flash-sale/domain/Partition"
import { Duration, Effect } from "effect"
import { RecoveryNeeded, type Run } from "./Worker.ts"

/** How often what has become final is committed. */
export const COMMIT_EVERY = Duration.millis(250)

export interface Commits {
  /** Commits what is final now, where that is more than before. */
  readonly commit: Effect.Effect<void, RecoveryNeeded | PartitionLost>
  /** The offset that was committed last. */
  readonly committed: () => number
}

export const make = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  run: Run,
  start: number
): Effect.fn.Return<Commits, never, ItemStore> {
  const store = yield* ItemStore
  let committed = run.tellFrom
  let checkpoint = start

  const commit = Effect.gen(function*() {
    const next = run.settling.next()
    // During a recovery there may be no mark yet whose checkpoint could move.
    if (run.isRecovered() && next > checkpoint) {
      yield* store.checkpoint(run.partition, { epoch: run.epoch, checkpoint: next }, run.session)
      checkpoint = next
    }
    if (next > committed) {
      yield* owned.commit(Offset.make(next))
      committed = next
    }
  }).pipe(
    Effect.mapError((error) =>
      error instanceof PartitionLost ? error : new RecoveryNeeded({ why: `cannot commit: ${error._tag}` })
    )
  )

  return { commit, committed: () => committed }
})

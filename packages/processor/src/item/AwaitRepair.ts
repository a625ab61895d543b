/** Waits for the repair of an item that could not be folded. */
import type { FoldReply } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Duration, Effect, Schedule } from "effect"
import { actorFailed, type PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"

/** How often a stopped item is tried again: its repair is noticed within so long. */
const TRY_REPAIRED_EVERY = Duration.seconds(3)

/**
 * Folds the records again that could not be folded, and nothing after them: once they are folded, the item is repaired.
 * Then the run ends, and the next one takes again what the item let pass.
 */
export const untilRepaired = (
  itemId: ItemId,
  run: PartitionRun,
  foldAgain: Effect.Effect<FoldReply | undefined, RecoveryNeeded>
): Effect.Effect<void> =>
  foldAgain.pipe(
    Effect.repeat({ schedule: Schedule.spaced(TRY_REPAIRED_EVERY), while: (reply) => reply === undefined }),
    Effect.andThen(new RecoveryNeeded({ why: `item ${itemId} is repaired, and catches up` })),
    Effect.catchTag("RecoveryNeeded", run.fail),
    Effect.catchDefect(actorFailed(run, itemId)),
    Effect.delay(TRY_REPAIRED_EVERY)
  )

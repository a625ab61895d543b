/**
 * Partitions with a long log to fold recover a few at a time. Each of them holds the records that it has gathered, and
 * those that it reads meanwhile (docs/decisions/0062-quiet-refolds.md): so memory holds those of a few, and the first
 * of the partitions runs sooner. Measured in docs/decisions/0020-cost-of-recovery.md.
 */
import * as ExpiringSlots from "@flash-sale/infra/actor/ExpiringSlots"
import { Duration, Effect } from "effect"

/** Partitions of one process that recover at the same time: one more than one, so that the store never waits. */
const AT_ONCE = 2
/** From so many records on a recovery needs a slot; after a mere restart there are fewer. */
const LONG = 10_000
/** How long a recovery without progress holds up others. */
const COUNTS_FOR = Duration.seconds(2)

export interface RecoveryLimiter {
  /** Runs `fold` once it may begin. `fold` reports each step that it makes. */
  readonly within: <A, E, R>(
    records: number,
    fold: (onStep: Effect.Effect<void>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
}

export const make: Effect.Effect<RecoveryLimiter> = Effect.map(
  ExpiringSlots.make(AT_ONCE, COUNTS_FOR),
  ({ withProgress }) => ({
    within: (records, fold) => records < LONG ? fold(Effect.void) : withProgress(fold)
  })
)

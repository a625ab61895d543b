/** Deletes what is older than it is to be kept, a bounded number a minute: other questions go on meanwhile. */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { repeated } from "@flash-sale/infra/observability/Background"
import { Clock, Context, Duration, Effect } from "effect"
import { ArchiveState } from "./ArchiveState.ts"

/** How long an order is kept after its last step; for ever where it has no end. Set from the process's settings. */
export const KeptFor = Context.Reference<Duration.Duration>("@flash-sale/archive/intake/KeptFor", {
  defaultValue: () => Duration.infinity
})

export const SWEEP_EVERY = Duration.minutes(1)
/** Orders that one transaction deletes. */
export const SWEEP_ORDERS = 500
/** Transactions of one sweep: more is left for the next. */
export const SWEEP_ROUNDS = 20

/** Sweeps for as long as it runs. A clock that is days ahead deletes nothing for that: orders say how late it is. */
export const sweep: Effect.Effect<never, never, ArchiveWriter | ArchiveState> = Effect.gen(function*() {
  const keptFor = yield* KeptFor
  if (!Duration.isFinite(keptFor)) return yield* Effect.never
  const writer = yield* ArchiveWriter
  const state = yield* ArchiveState
  const once = Effect.gen(function*() {
    const newest = yield* state.persist(writer.newest)
    if (newest === undefined) return
    const before = Math.min(yield* Clock.currentTimeMillis, newest) - Duration.toMillis(keptFor)
    for (let round = 0; round < SWEEP_ROUNDS; round++) {
      const deleted = yield* state.persist(writer.retire(before, SWEEP_ORDERS))
      if (deleted < SWEEP_ORDERS) return
    }
  })
  return yield* Effect.andThen(repeated("deleting what is old in the archive", SWEEP_EVERY)(once), Effect.never)
})

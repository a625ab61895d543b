/**
 * What a worker asks before it folds anything: how far the store and the group are, and whether the log is the one that
 * was folded (docs/decisions/0006-a-store-that-forgets.md and 0008-a-log-that-is-another.md).
 */
import { type AcceptedLog, ItemStore, type Seen, type Session } from "@flash-sale/domain/ports/ItemStore"
import { LogUnavailable, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import * as Epoch from "@flash-sale/infra/actor/Epoch"
import { Effect } from "effect"
import { Halted, RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"

/** How long a record that the log should hold may take to come. */
const RECORD_PATIENCE = "5 seconds"

/** Decides where to begin. Fails with `Halted` where the log cannot give what is missing. */
export const prepare = Effect.fnUntraced(function*(owned: OwnedPartition) {
  const { partition } = owned
  const store = yield* ItemStore
  const halt = (halt: RecoveryPlan.Halt) => new Halted({ halt, partition })
  // Before anything is read: what is read later belongs to this session or to a later one, never to an earlier.
  const session = yield* store.session
  // A predecessor may still be working on it: what is asked for later is never behind what was asked for before. The
  // mark comes first, as accepting a log takes it away: nothing is folded under the one that was there.
  const mark = yield* waitFor("the store", store.mark(partition))
  const accepted = yield* waitFor("the store", store.accepted(partition))
  const committed = yield* waitFor("the log", owned.committed)
  const bounds = yield* waitFor("the log", owned.bounds)
  const plan = RecoveryPlan.plan({ accepted, bounds, committed, mark })
  if (plan._tag === "Halt") return yield* halt(plan.halt)
  const seen = RecoveryPlan.toRecognise({ bounds, mark })
  const other = seen === undefined ? undefined : yield* waitFor("the log", otherThan(owned, seen))
  if (other !== undefined) return yield* halt(other)
  if (plan.setBack) yield* waitFor("the log", owned.commit(Offset.make(plan.publishFrom)))
  return { epoch: mark?.epoch ?? (yield* begin(owned, accepted, session)), isMarked: mark !== undefined, plan, session }
})

/** Begins a recovery. From then on accepting a log takes the epoch away; it may have been accepted just before. */
const begin = Effect.fnUntraced(
  function*({ partition }: OwnedPartition, known: AcceptedLog | undefined, session: Session) {
    const store = yield* ItemStore
    const epoch = yield* waitFor(
      "the store",
      store.beginRecovery(partition, yield* Epoch.make, session)
    )
    const accepted = yield* waitFor("the store", store.accepted(partition))
    if (accepted?.from === known?.from && accepted?.told === known?.told) return epoch
    return yield* new RecoveryNeeded({ why: "the log was accepted as it is meanwhile" })
  }
)

const otherThan = Effect.fnUntraced(function*(owned: OwnedPartition, seen: Seen) {
  yield* owned.seek(Offset.make(seen.offset))
  const [found] = yield* Effect.timeoutOrElse(owned.take(1), {
    duration: RECORD_PATIENCE,
    orElse: () => Effect.fail(new LogUnavailable({ detail: `record ${seen.offset} does not come` }))
  })
  return RecoveryPlan.replaced(seen, found)
})

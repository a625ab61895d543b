/** What a worker asks before it folds anything: where everyone stands, and whether the log is the one that was folded. */
import { type AcceptedLog, ItemStore, type Seen, type Session } from "@flash-sale/domain/ports/ItemStore"
import { LogUnavailable, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import * as Epoch from "@flash-sale/infra/actor/Epoch"
import { Effect, Option } from "effect"
import { Halted, RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"

/** How long a record that the log should hold may take to come. */
const RECORD_PATIENCE = "5 seconds"

/**
 * Decides where to begin. Fails with `Halted` where the log cannot give what is missing. `suspect` is a record that was
 * damaged before: while it is, nothing is begun.
 */
export const prepare = Effect.fnUntraced(function*(owned: OwnedPartition, suspect: number | undefined) {
  const { partition } = owned
  if (suspect !== undefined) yield* waitFor("the log", takenFrom(owned, suspect))
  const store = yield* ItemStore
  const halt = (halt: RecoveryPlan.Halt) => new Halted({ halt, partition })
  // Before anything is read: what is read later belongs to this session or to a later one, never to an earlier.
  const session = yield* store.session
  // A predecessor may still be working on it: what is asked for later is never behind what was asked for before. The mark
  // comes first, as accepting a log takes it away: nobody folds under the one that was there.
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

/** Begins a recovery. From then on a log that is accepted takes the epoch away; here it may have been accepted before. */
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
  const found = yield* takenFrom(owned, seen.offset)
  if (Option.isNone(found)) return yield* new LogUnavailable({ detail: `record ${seen.offset} does not come` })
  return RecoveryPlan.replaced(seen, found.value[0])
})

/** One record, where there is one from this offset on. */
const takenFrom = (owned: OwnedPartition, offset: number) =>
  Effect.andThen(owned.seek(Offset.make(offset)), Effect.timeoutOption(owned.take(1), RECORD_PATIENCE))

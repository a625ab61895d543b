/**
 * How the run of a worker begins: where it folds from, under which epoch, and in which session with the store. Why:
 * docs/decisions/0006-lost-writes-of-the-store.md and 0008-truncated-or-replaced-logs.md.
 */
import { EventsTold, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { LogUnavailable, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import * as Epoch from "@flash-sale/infra/fencing/Epoch"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Effect, Option } from "effect"
import { Halted, RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"

/** How long a record that the log should hold may take to come. */
const RECORD_TIMEOUT = "5 seconds"
/** How long one may take that was missing: longer than a log needs to say that it is. */
const MISSING_TIMEOUT = "30 seconds"

/**
 * Decides where to begin. Fails with `Halted` where the log cannot give what is missing. `suspect` is the offset of a
 * record that an earlier run found damaged: while it still is, nothing begins.
 */
export const prepare = Effect.fnUntraced(function*(owned: OwnedPartition, suspect: number | undefined) {
  const { partition } = owned
  const marks = yield* RecoveryMarks
  // Before anything is read: what is read later belongs to this session or to a later one, never to an earlier.
  const session = yield* marks.session
  const { accepted, mark, plan, told, wholeFrom } = yield* Effect.catchTag(
    Recovery.assess(partition, logOf(owned, yield* toldOf(partition), suspect)),
    "StoreUnavailable",
    (error) => waitFor("the store", Effect.fail(error))
  )
  if (plan._tag === "Halt") return yield* new Halted({ halt: plan.halt, partition })
  if (plan.setBack) yield* waitFor("the log", owned.commit(Offset.make(plan.publishFrom)))
  const epoch = yield* waitFor("the store", Recovery.join(partition, mark, Epoch.make, session))
  // Under the new epoch no log can be accepted unnoticed; before it was begun one may have been.
  const meanwhile = mark === undefined ? yield* waitFor("the store", marks.accepted(partition)) : accepted
  if (meanwhile?.from !== accepted?.from) {
    return yield* new RecoveryNeeded({ why: "the log was accepted as it is meanwhile" })
  }
  if (plan.untoldFrom !== undefined) yield* warnUntold(partition, plan.untoldFrom, plan.tellFrom)
  return { epoch, isMarked: mark !== undefined, plan, session, told, wholeFrom }
})

/** Asks how far everything is told; of no use where nothing is told now. */
const toldOf = Effect.fnUntraced(function*(partition: PartitionId) {
  const events = yield* OrderEvents
  return (yield* EventsTold) === "off" ? Effect.undefined : waitFor("the events", events.told(partition))
})

const warnUntold = (partition: PartitionId, from: number, until: number) =>
  Log.warn(
    `Partition ${partition}: records ${from} to ${until - 1} are gone from the log, and may not have been told`,
    {
      event: "events_missing",
      partition,
      offset: from
    }
  )

const logOf = <E>(
  owned: OwnedPartition,
  told: Effect.Effect<number | undefined, E>,
  suspect: number | undefined
) => ({
  committed: waitFor("the log", owned.committed),
  bounds: waitFor("the log", owned.bounds),
  told,
  recordAt: (offset: number) => waitFor("the log", recordAt(owned, offset)),
  damage: (from: number, wholeFrom: number) =>
    suspect === undefined || suspect < from ? Effect.undefined : waitFor("the log", damageAt(owned, suspect, wholeFrom))
})

const recordAt = Effect.fnUntraced(function*(owned: OwnedPartition, offset: number) {
  // Whether that very record is there is for the caller to see.
  const taken = yield* Effect.timeoutOption(takenFrom(owned, offset, Infinity), RECORD_TIMEOUT)
  if (Option.isNone(taken)) return yield* new LogUnavailable({ detail: `record ${offset} does not come` })
  return taken.value[0]
})

const damageAt = Effect.fnUntraced(function*(owned: OwnedPartition, offset: number, wholeFrom: number) {
  // A log that ends there now is not damaged, but another one.
  if (offset >= (yield* owned.bounds).end) return undefined
  return yield* takenFrom(owned, offset, wholeFrom).pipe(
    Effect.timeoutOption(MISSING_TIMEOUT),
    Effect.as(undefined),
    Effect.catchTag("LogDamaged", (damage) => Effect.succeed(damage))
  )
})

/** One record at or after this offset, where there is one. */
const takenFrom = (owned: OwnedPartition, offset: number, wholeFrom: number) =>
  Effect.andThen(owned.seek(Offset.make(offset)), owned.take(1, wholeFrom))

/**
 * The steps by which a store comes to hold the fold of a partition, for all that fold: the processor's workers, and the
 * commands that look from outside or fold a second store. What they fold with, and what they publish, is their own.
 */
import { Effect } from "effect"
import type { LogDamaged, PartitionBounds } from "../ports/OrderLog.ts"
import { type AcceptedLog, type Mark, RecoveryMarks, type Seen, type Session } from "../ports/RecoveryMarks.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import * as Digest from "../records/Digest.ts"
import type { LogRecord } from "../records/LogRecord.ts"
import type { PartitionId } from "../records/Partition.ts"
import * as RecoveryPlan from "./RecoveryPlan.ts"
import * as SeenRecord from "./SeenRecord.ts"

/** What a recovery asks of one partition of the log: of its owner, or from outside. */
export interface RecoveryLog<E> {
  readonly committed: Effect.Effect<number | undefined, E>
  readonly bounds: Effect.Effect<PartitionBounds, E>
  /** Before which offset everything is told; undefined for an asker who tells nothing. */
  readonly told: Effect.Effect<number | undefined, E>
  /** The first record at or after this offset, which is before the end. */
  readonly recordAt: (offset: number) => Effect.Effect<LogRecord | undefined, E>
  /**
   * The first damaged record that the asker finds, where the fold begins at `from` and what is missing before
   * `wholeFrom` was accepted. An owner looks only where it met one before, as it checks each.
   */
  readonly damage: (from: number, wholeFrom: number) => Effect.Effect<LogDamaged | undefined, E>
}

/** What store and log say of a partition, and what follows for its recovery. */
export interface Assessment {
  readonly mark: Mark | undefined
  readonly accepted: AcceptedLog | undefined
  readonly bounds: PartitionBounds
  readonly told: number | undefined
  readonly plan: RecoveryPlan.Plan
  /** Before this offset records may be missing: an operator accepted that, or the fold does not need them. */
  readonly wholeFrom: number
}

/**
 * Asks where a recovery begins, and whether the log is the one that was folded. Changes nothing.
 *
 * **Details**: a predecessor may still fold, so the store is asked before the log: what is asked later is never behind.
 * The mark comes first, as accepting a log takes it away: then nothing is folded under it any more.
 */
export const assess = Effect.fnUntraced(function*<E>(
  partition: PartitionId,
  log: RecoveryLog<E>
): Effect.fn.Return<Assessment, StoreUnavailable | E, RecoveryMarks> {
  const marks = yield* RecoveryMarks
  const mark = yield* marks.read(partition)
  const accepted = yield* marks.accepted(partition)
  const committed = yield* log.committed
  const bounds = yield* log.bounds
  const told = yield* log.told
  const plan = RecoveryPlan.plan({ accepted, bounds, committed, mark, told })
  const isOlderRead = plan._tag === "Fold" && plan.from < plan.foldFrom
  const wholeFrom = Math.max((mark ?? accepted)?.wholeFrom ?? 0, isOlderRead ? plan.foldFrom : 0)
  if (plan._tag === "Halt") return { mark, accepted, bounds, told, plan, wholeFrom }
  const seen = SeenRecord.toRecognise({ bounds, mark })
  const replaced = seen === undefined ? undefined : SeenRecord.replaced(seen, yield* log.recordAt(seen.offset))
  const damage = replaced === undefined ? yield* log.damage(plan.from, wholeFrom) : undefined
  const halt = damage === undefined ? replaced : RecoveryPlan.damaged(damage)
  return { mark, accepted, bounds, told, plan: halt === undefined ? plan : { _tag: "Halt", halt }, wholeFrom }
})

/**
 * The epoch to fold under: that of the mark, or of a recovery that was begun before, or of one that begins here under a
 * name that `makeEpoch` draws. From then on a log that is accepted takes the epoch away.
 */
export const join = Effect.fnUntraced(function*(
  partition: PartitionId,
  mark: Mark | undefined,
  makeEpoch: Effect.Effect<string>,
  session?: Session
): Effect.fn.Return<string, StoreUnavailable, RecoveryMarks> {
  const marks = yield* RecoveryMarks
  return mark?.epoch ?? (yield* marks.begin(partition, yield* makeEpoch, session))
})

/**
 * What a mark says of the record that was taken last. Not of the one below the checkpoint: what lies between them is
 * folded as well, and is as lost where the log is cut there.
 */
export const seenOf = (record: LogRecord | undefined): Seen | undefined =>
  record === undefined ? undefined : { offset: record.offset, digest: Digest.of(record) }

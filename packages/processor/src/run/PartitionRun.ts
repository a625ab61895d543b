/** What the parts of one partition's worker share while it runs. */
import { LogDamaged, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { Session } from "@flash-sale/domain/ports/RecoveryMarks"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition, LogRecord, NewRecord } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Cause, Data, Effect, Schedule } from "effect"
import type { OffsetTracker } from "./OffsetTracker.ts"

/**
 * The worker cannot go on from where it is: the store was away, lost writes, or was replaced. It starts again, and each
 * start is a recovery.
 */
export class RecoveryNeeded extends Data.TaggedError("RecoveryNeeded")<{ readonly why: string }> {}

/**
 * The log cannot give what the store is missing, so that going on would be guessing. An operator has to bring back a
 * log or a store that fit; until then the partition is halted, and looks again now and then.
 */
export class Halted extends Data.TaggedError("Halted")<{
  readonly halt: RecoveryPlan.Halt
  readonly partition: PartitionId
}> {
  /** The reason, its numbers, and what an operator can do about it, in one line. */
  get why(): string {
    return `${RecoveryPlan.describe(this.halt)}; ${RecoveryPlan.remedy(this.partition)}`
  }
}

/** How long between two attempts to append what must not be lost. */
export const untilAppended = Schedule.jittered(
  Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("3 seconds")])
)

/**
 * Before every offset: there is no event yet. One that says so is told at once, so that what an older build commits
 * after that is told later.
 */
export const NOTHING_TOLD = -1

/** One run of a worker, from its recovery on. */
export interface PartitionRun {
  readonly partition: PartitionId
  /** Records before this offset were published before: of what they say only statuses may be published again. */
  readonly publishFrom: number
  /** Where the recovery ends: everything before it was in the log at the start. */
  readonly until: number
  /** Records before this offset were told before: their events are not told again. */
  readonly tellFrom: number
  /** How far everything is told as the last event says, or `NOTHING_TOLD`: never beyond `tellFrom`. */
  readonly toldUpTo: number
  /** Records that have not been through a fold yet. Those of a stopped item count as through: others go on. */
  readonly folding: OffsetTracker
  /** Records that are not final and published yet. What is before them is committed, and is the store's checkpoint. */
  readonly settling: OffsetTracker
  /** The record that was taken last. */
  readonly lastTaken: () => LogRecord | undefined
  /** The session with the store in which this run began: what it builds on was acknowledged in it. */
  readonly session: Session
  /** The epoch of the store's mark, or of the recovery that will write it. */
  readonly epoch: string
  /** Whether everything that was in the log at the start is folded: only then orders are charged. */
  readonly isRecovered: () => boolean
  readonly setRecovered: Effect.Effect<void>
  /** Ends this run; the first reason counts. */
  readonly fail: (reason: RecoveryNeeded | PartitionLost) => Effect.Effect<void>
  /** Appends a record for as long as it takes: repeating it is harmless, losing it is not. */
  readonly append: (record: NewRecord) => Effect.Effect<LogPosition>
  /** Shows that the item is stopped until it is repaired. */
  readonly stopItem: (itemId: ItemId, detail: string) => Effect.Effect<void>
}

/** A bug in one of the parts of a run: an error line, and the worker begins again. */
const partFailed = (run: PartitionRun, what: string, attributes: { readonly item_id?: ItemId }) => (defect: unknown) =>
  Effect.andThen(
    Log.error(`A part of the processor failed: ${what}`, { event: "internal_error", ...attributes }, Cause.die(defect)),
    run.fail(new RecoveryNeeded({ why: `${what} failed: ${String(defect)}` }))
  )

/** A bug in an item's actor. */
export const actorFailed = (run: PartitionRun, itemId: ItemId): (defect: unknown) => Effect.Effect<void> =>
  partFailed(run, `the actor of item ${itemId}`, { item_id: itemId })

/** A bug in the quiet refold of an item. */
export const refoldFailed = (run: PartitionRun, itemId: ItemId): (defect: unknown) => Effect.Effect<void> =>
  partFailed(run, `the quiet refold of item ${itemId}`, { item_id: itemId })

/** A part of the run that is waited for: a bug in it ends the run. */
export const unlessBroken =
  (run: PartitionRun, what: string) => <A, E, R>(part: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.catchDefect(part, (defect) => Effect.andThen(partFailed(run, what, {})(defect), Effect.never))

/** A part of the run that nothing waits for: whatever it fails with, a bug as well, ends the run. */
export const unlessFailed =
  (run: PartitionRun, what: string) =>
  <R>(part: Effect.Effect<void, RecoveryNeeded | PartitionLost, R>): Effect.Effect<void, never, R> =>
    part.pipe(Effect.catch(run.fail), Effect.catchDefect(partFailed(run, what, {})))

/** Whatever is away makes the worker recover when it is back; a lost partition ends it, a damaged log halts it. */
export const waitFor = <A, E extends { readonly _tag: string }, R>(
  what: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, RecoveryNeeded | Extract<E, PartitionLost> | HaltedBy<E>, R> =>
  Effect.mapError(effect, (error) => {
    if (isLost(error)) return error
    if (isDamaged(error)) {
      return new Halted({ halt: RecoveryPlan.damaged(error), partition: error.partition }) as HaltedBy<E>
    }
    return new RecoveryNeeded({ why: `${what}: ${describe(error)}` })
  })

/** `Halted` where a damaged log is one of the errors. */
type HaltedBy<E> = Extract<E, LogDamaged> extends never ? never : Halted

const isDamaged = (error: unknown): error is LogDamaged => error instanceof LogDamaged

const isLost = <E>(error: E): error is Extract<E, PartitionLost> => error instanceof PartitionLost

const describe = (error: { readonly _tag: string; readonly detail?: string }): string =>
  error.detail === undefined ? error._tag : `${error._tag}, ${error.detail}`

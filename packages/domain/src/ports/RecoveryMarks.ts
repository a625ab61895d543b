/**
 * What a store says of its own fold: how much of each partition of the log it holds, and which log that was. A recovery
 * reads it to decide where to begin, and writes it when it ends. Redis keeps it in the hash `fold:<partition>`, the
 * embedded file in the tables `marks` and `accepted`.
 *
 * | notion | what it is | what it protects from |
 * |---|---|---|
 * | epoch | the name of one recovery; every fold names it | a store that is emptied or replaced under a worker |
 * | mark | epoch and checkpoint: the store holds the whole fold | half a fold that passes for a whole one |
 * | checkpoint | the offset before which all is folded; may lag, never leads | a store that lost its last writes |
 * | seen | offset and digest of the last record taken from the log | a log that was cut and written on |
 * | accepted | from where an operator has the log folded anew | a fold of the old log mixed with one of the new |
 * | whole from | before this offset records may be missing | a log with holes that is accepted, and halts again |
 * | session | the number of the connection to the store | a restart that lost what was acknowledged |
 *
 * A mark is absent, then begun (an epoch and no checkpoint), then complete. It is absent again where the store is
 * emptied, where an item of the partition is deleted by hand, and where an operator has items folded again. What was
 * accepted is written in the place of a mark, and goes when the next mark is complete.
 */
import { Context, type Effect, Schema } from "effect"
import type { PartitionId } from "../records/Partition.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** The partition has no mark in this store, or another one: the store was emptied, replaced or restored. */
export class MarkMoved extends Schema.TaggedError<MarkMoved>()("MarkMoved", {
  partition: Schema.Int
}) {}

/** The last record that a worker took from the log. Where another one has its offset, or none, the log was cut. */
export interface Seen {
  readonly offset: number
  readonly digest: string
}

/** This store holds the whole fold of the partition. Written by a recovery that found no mark, when it ends. */
export interface Mark {
  readonly epoch: string
  readonly checkpoint: number
  /** Absent in a mark of an older release. */
  readonly seen?: Seen | undefined
  /**
   * Records that are missing before this offset were accepted by an operator: the fold goes on without them. Absent
   * where no log was accepted, and in the embedded file, whose log itself is made whole when it is accepted.
   */
  readonly wholeFrom?: number | undefined
}

/**
 * An operator accepted the log as it is: from `from` on it is folded anew and published again. `wholeFrom` is the end
 * that the log had then; it stays with the mark that ends the recovery.
 */
export interface AcceptedLog {
  readonly from: number
  /** Absent in the note of an older release, and in the embedded file. */
  readonly wholeFrom?: number | undefined
}

/**
 * The connection to the store, numbered. A store that is started again may have lost what it acknowledged on an earlier
 * one. A call that names another session than the present one does nothing, and fails with `StoreUnavailable`.
 */
export type Session = number

export class RecoveryMarks extends Context.Service<RecoveryMarks, {
  /** The mark; undefined where there is none, and while a recovery is under way. */
  readonly read: (partition: PartitionId) => Effect.Effect<Mark | undefined, StoreUnavailable>
  /** What was accepted for this partition and is not wholly folded yet. */
  readonly accepted: (partition: PartitionId) => Effect.Effect<AcceptedLog | undefined, StoreUnavailable>
  /**
   * Begins a recovery of a partition without a mark. Returns the epoch to fold under: this one, or that of a recovery
   * which was begun before and is joined.
   */
  readonly begin: (partition: PartitionId, epoch: string, session?: Session) => Effect.Effect<string, StoreUnavailable>
  /** Ends the recovery of the mark's epoch. Does nothing where another worker has ended it already. */
  readonly complete: (
    partition: PartitionId,
    mark: Mark,
    session?: Session
  ) => Effect.Effect<void, StoreUnavailable | MarkMoved>
  /** Moves the checkpoint and the record seen forwards, each by itself, under a complete mark of this epoch. */
  readonly checkpoint: (
    partition: PartitionId,
    mark: Mark,
    session?: Session
  ) => Effect.Effect<void, StoreUnavailable | MarkMoved>
  /** The present session. Whatever builds on acknowledged calls asks for it and for the mark. */
  readonly session: Effect.Effect<Session>
}>()("@flash-sale/domain/ports/RecoveryMarks") {}

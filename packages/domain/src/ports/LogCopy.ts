/**
 * The log's copy in a topic of its own, with another number of partitions: for `flash-sale recover --repartition`. The
 * copy is made while nothing runs, and becomes the log only when the store names it (`StoreMove`). Decision 0031.
 */
import { Context, type Effect } from "effect"
import type { LogRecord } from "../records/LogRecord.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { DeadLetter, Handling } from "./DeadLetters.ts"
import type { AppendRefused, AppendUnknown, LogUnavailable } from "./OrderLog.ts"

/** A topic as it was found. */
export interface FoundTopic {
  readonly partitions: number
  /** Offsets between its beginnings and its ends. */
  readonly records: number
}

/** What the dead letters say of both topics. */
export interface KnownLetters {
  /** Whether a letter of this record of the present log was ever put or handled. */
  readonly has: (record: Pick<DeadLetter, "partition" | "offset">) => boolean
  /** Whether letters of the copy's topic are known: then a topic of that name was in use before. */
  readonly isTargetKnown: boolean
}

export class LogCopy extends Context.Service<LogCopy, {
  /** The topic of the copy. */
  readonly topic: string
  /** How many processors are in the group now. */
  readonly members: Effect.Effect<number, LogUnavailable>
  /**
   * How many partitions the topic of the present log has, which may be more than its orders were written with;
   * undefined where there is no such topic.
   */
  readonly sourcePartitions: Effect.Effect<number | undefined, LogUnavailable>
  /** The numbers of partitions that processors have noted with what they committed of the present log. */
  readonly noted: Effect.Effect<ReadonlyArray<number>, LogUnavailable>
  /** The copy's topic; undefined where there is none. It is not created. */
  readonly found: Effect.Effect<FoundTopic | undefined, LogUnavailable>
  /** Creates the copy's topic, with the policies of the log. */
  readonly create: (partitions: number) => Effect.Effect<void, LogUnavailable>
  /**
   * Appends records to a partition of the copy: key, value, headers and time of each as they are. Returns the offset of
   * the first; the others follow it without a gap. One call for a partition at a time. `AppendUnknown`: nobody knows
   * whether they are there, so the copy is of no use any more.
   */
  readonly append: (
    partition: PartitionId,
    records: ReadonlyArray<LogRecord>
  ) => Effect.Effect<number, AppendRefused | AppendUnknown>
  /** Reads all dead letters. */
  readonly letters: Effect.Effect<KnownLetters, LogUnavailable>
  /** Marks letters of the copy as handled before they are put; each names its topic. */
  readonly handle: (handlings: ReadonlyArray<Handling>) => Effect.Effect<void, AppendRefused | AppendUnknown>
  /**
   * Sets where the group goes on in the copy, by partition. Refused with `LogUnavailable` where the group has members.
   */
  readonly commit: (offsets: ReadonlyArray<number>) => Effect.Effect<void, LogUnavailable>
}>()("@flash-sale/domain/ports/LogCopy") {}

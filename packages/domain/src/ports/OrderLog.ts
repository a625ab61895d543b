/** The log of commands, from which all state follows. Kafka's topic `orders`, or a table in the embedded file. */
import { Context, Effect, type Exit, Schema, type Scope } from "effect"
import type { LogPosition, LogRecord, NewRecord } from "../records/LogRecord.ts"
import { Offset, PartitionId } from "../records/Partition.ts"
import type { Completion } from "./Completion.ts"

/**
 * The record is not in the log and never will be: it was not sent, or the log rejected it for sure. `overloaded`: it
 * was not sent because the queue of its partition is full.
 */
export class AppendRefused extends Schema.TaggedError<AppendRefused>()("AppendRefused", {
  detail: Schema.String,
  overloaded: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(false)))
}) {}

/** It is not known whether the record is in the log: the answer did not come in time. */
export class AppendUnknown extends Schema.TaggedError<AppendUnknown>()("AppendUnknown", {
  detail: Schema.String
}) {}

/** The log cannot be reached, or answered a read or a commit with an error. */
export class LogUnavailable extends Schema.TaggedError<LogUnavailable>()("LogUnavailable", {
  detail: Schema.String
}) {}

/**
 * The log must not be used, and waiting does not help: it has another number of partitions than its orders were written
 * with, its topic is missing, or its policy destroys orders. `detail` says what an operator has to do. Decision 0029.
 */
export class LogRefused extends Schema.TaggedError<LogRefused>()("LogRefused", {
  problem: Schema.Literals(["partitions", "topic", "policy"]),
  detail: Schema.String
}) {}

/**
 * A record is not the one that was appended: it was changed, or is missing though the log does not end before it
 * (decision 0030). Everything before it is as it was written; what follows it is not delivered.
 */
export class LogDamaged extends Schema.TaggedError<LogDamaged>()("LogDamaged", {
  partition: PartitionId,
  offset: Offset,
  found: Schema.Literals(["another", "nothing"])
}) {}

/** This process no longer owns the partition: it must neither publish nor commit what it still has in hand. */
export class PartitionLost extends Schema.TaggedError<PartitionLost>()("PartitionLost", {
  partition: Schema.Int
}) {}

/** Where a partition begins and ends. `end` is the offset that the next record will get. */
export interface PartitionBounds {
  readonly start: Offset
  readonly end: Offset
}

/** A partition while this process owns it. Used by one worker. */
export interface OwnedPartition {
  readonly partition: PartitionId
  /** The offset that the consumer group reads next; undefined where it has never committed. */
  readonly committed: Effect.Effect<Offset | undefined, LogUnavailable | PartitionLost>
  readonly bounds: Effect.Effect<PartitionBounds, LogUnavailable | PartitionLost>
  /** The next `take` begins here. What was fetched ahead is dropped. Must be called once before the first `take`. */
  readonly seek: (offset: Offset) => Effect.Effect<void, PartitionLost>
  /**
   * One to `max` records in the log's order; waits until there is one. Nothing is delivered without a `take`. Fails
   * with `LogDamaged` where the next record is missing, unless that is before `wholeFrom`: what is gone there was
   * accepted by an operator, and is passed over. None where nothing is left before `wholeFrom`: the next `take` begins
   * there.
   */
  readonly take: (
    max: number,
    wholeFrom?: number
  ) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable | LogDamaged | PartitionLost>
  /** Commits `next`: everything before it is final and published. */
  readonly commit: (next: Offset) => Effect.Effect<void, LogUnavailable | PartitionLost>
  /** Completes when the partition is being revoked: stop taking, finish what is in hand, and return. */
  readonly revoked: Effect.Effect<void>
}

/**
 * Appending and consuming.
 *
 * **Details**: an adapter appends micro-batches with one send in flight for each partition (decision 0003), and
 * completes each append when its own record is durable: acknowledged by all replicas, or committed with
 * `synchronous=full`.
 */
export class OrderLog extends Context.Service<OrderLog, {
  /** How many partitions the log has. Fixed when it is created; waits until the log is there. */
  readonly partitions: Effect.Effect<number, LogUnavailable | LogRefused>
  /** Appends one record to the home of its item. Fails with `AppendRefused` at once where that queue is full. */
  readonly append: (record: NewRecord) => Effect.Effect<LogPosition, AppendRefused | AppendUnknown>
  /**
   * The same by a callback, which is called once, perhaps at once, for the records of one send one after the other. Why
   * there is no fiber for each record: docs/decisions/0013-the-hot-route.md.
   */
  readonly offer: (
    record: NewRecord,
    completion: Completion<Exit.Exit<LogPosition, AppendRefused | AppendUnknown>>
  ) => void
  /**
   * Joins the consumer group `order-processor` and runs `worker` for each partition while it is owned. On revocation
   * the worker is asked to return (see `OwnedPartition.revoked`), and is interrupted after a bound. Never returns;
   * retries while the log is away.
   */
  readonly consume: (
    worker: (owned: OwnedPartition) => Effect.Effect<void>
  ) => Effect.Effect<never, never, Scope.Scope>
  /** Whether the log answers and can take records: on Kafka, every partition of the topic has a leader. */
  readonly isUp: Effect.Effect<boolean>
  /** Why the log is refused (`LogRefused`); undefined where it may be used. */
  readonly trouble: Effect.Effect<string | undefined>
  /** What may lose records while the log is in use, a line each: retention, for example. */
  readonly warnings: Effect.Effect<ReadonlyArray<string>>
}>()("@flash-sale/domain/ports/OrderLog") {}

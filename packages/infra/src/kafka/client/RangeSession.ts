/** A membership in a reader's own group (`ReaderGroup`) that reads one range of offsets after the other. */
import type { LogDamaged, LogUnavailable, PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Queue, type Scope } from "effect"
import type { Consumer, EachBatchPayload } from "kafkajs"
import type { KafkaClient } from "./KafkaClient.ts"
import { toLogRecord } from "./KafkaRecords.ts"
import * as LogGaps from "./LogGaps.ts"
import * as ReaderGroup from "./ReaderGroup.ts"

/** How long a fetch waits for records, in milliseconds: a seek takes effect with the next one. */
const FETCH_WAIT = 100
/** The most bytes of one partition in one fetch: some thousand records. */
const FETCH_BYTES = 1_048_576
/** How often a heartbeat is sent while the queue of batches is full. */
const HEARTBEAT_EVERY = "3 seconds"
/** How long joining may take. */
const JOIN_TIMEOUT = "30 seconds"

type Batch = ReadonlyArray<LogRecord>

/** The range of offsets that is being read. */
export interface Range {
  readonly partition: PartitionId
  readonly until: number
  /** Before this offset records may be missing. */
  readonly wholeFrom: number
  readonly bounds: Effect.Effect<PartitionBounds, LogUnavailable>
  next: number
  /** The offset in place of which a later one came, once: it is fetched once more. */
  doubted: number | undefined
  readonly batches: Queue.Queue<Batch | "end", LogUnavailable | LogDamaged>
}

export interface Session {
  readonly consumer: Consumer
  readonly crashed: Deferred.Deferred<never, LogUnavailable>
  range: Range | undefined
}

/** Joins a group of the reader's own; fails where that takes longer than `JOIN_TIMEOUT`. */
export const open = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string
): Effect.fn.Return<Session, LogUnavailable, Scope.Scope> {
  const group = yield* ReaderGroup.make(client, topic, {
    maxWaitTimeInMs: FETCH_WAIT,
    maxBytesPerPartition: FETCH_BYTES
  })
  const { consumer, crashed, failure } = group
  const session: Session = { consumer, crashed, range: undefined }
  const joined = yield* Deferred.make<void>()
  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Nothing is fetched before a read seeks its start.
    consumer.pause([{ topic, partitions: payload.memberAssignment[topic] ?? [] }])
    Deferred.doneUnsafe(joined, Effect.void)
    if (session.range !== undefined) Deferred.doneUnsafe(crashed, Effect.fail(failure("rebalanced")))
  })
  yield* group.run({ eachBatchAutoResolve: false, eachBatch: (payload) => run(take(session, payload)) })
  yield* Effect.raceFirst(Deferred.await(joined), Deferred.await(crashed)).pipe(
    Effect.timeoutOrElse({
      duration: JOIN_TIMEOUT,
      orElse: () => Effect.fail(failure(`the group was not joined within ${JOIN_TIMEOUT}`))
    })
  )
  return session
})

/** Passes on the records of the batch that are in range. Waits while the queue is full, sending heartbeats. */
const take = Effect.fnUntraced(function*(session: Session, payload: EachBatchPayload) {
  const { batch, heartbeat, isStale, resolveOffset } = payload
  const { range } = session
  if (range === undefined || range.partition !== batch.partition || isStale()) return
  const offer = (value: Batch | "end") =>
    Effect.raceFirst(
      Queue.offer(range.batches, value),
      Effect.forever(Effect.andThen(Effect.sleep(HEARTBEAT_EVERY), Effect.ignore(Effect.tryPromise(() => heartbeat()))))
    )
  const fetched = batch.messages.map((message) => toLogRecord(range.partition, message))
    .filter(({ offset }) => offset >= range.next)
  const { count, next } = LogGaps.follow(fetched, range.next, range.wholeFrom)
  const records = fetched.slice(0, count).filter(({ offset }) => offset < range.until)
  range.next = next
  if (records.length > 0) yield* offer(records)
  if (range.next >= range.until) yield* offer("end")
  else if (count === fetched.length) resolveOffset(batch.lastOffset())
  else if (range.doubted === range.next) yield* fail(range)
  else {
    range.doubted = range.next
    session.consumer.seek({ topic: batch.topic, partition: range.partition, offset: String(range.next) })
  }
})

/** The next record does not come, though the log does not end before it. */
const fail = ({ batches, bounds, next, partition }: Range) =>
  Effect.catch(LogGaps.missing(partition, bounds, next), (error) => Effect.asVoid(Queue.fail(batches, error)))

/** Ends the range where nothing comes any more before the log's end. */
export const endSilent = (range: Range): Effect.Effect<never> =>
  LogGaps.untilSilent(range.bounds, () => Queue.sizeUnsafe(range.batches) > 0 ? undefined : range.next).pipe(
    Effect.flatMap(() => range.next < range.wholeFrom ? Queue.offer(range.batches, "end") : fail(range)),
    Effect.andThen(Effect.never)
  )

/** Reading the topic `orders` outside of the processors' group, in a group of the reader's own (`ReaderGroup`). */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type * as Partition from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Exit, Layer, Queue, Schedule, Scope, Semaphore, Stream } from "effect"
import type { Consumer, EachBatchPayload } from "kafkajs"
import { KafkaClient } from "./client/KafkaClient.ts"
import { toLogRecord } from "./client/KafkaRecords.ts"
import * as ReaderGroup from "./client/ReaderGroup.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as ReaderLook from "./topics/ReaderLook.ts"

/** How long a fetch waits for records, in milliseconds: a seek takes effect with the next one. */
const FETCH_WAIT = 100
/** The most bytes of one partition in one fetch: some thousand records. */
const FETCH_BYTES = 1_048_576
/** Batches that are read ahead of the stream's consumer. */
const READ_AHEAD = 2
/** How often a heartbeat is sent while the queue of batches is full. */
const HEARTBEAT_EVERY = "3 seconds"
/** How long joining may take. */
const JOIN_TIMEOUT = "30 seconds"
/** A coordinator that has just started loads its groups first. */
const untilLoaded = Schedule.spaced("300 millis").pipe(Schedule.upTo({ times: 10 }))

type Batch = ReadonlyArray<LogRecord>

/** The range of offsets that is being read. */
interface Range {
  readonly partition: Partition.PartitionId
  readonly until: number
  next: number
  readonly batches: Queue.Queue<Batch | "end", LogUnavailable>
}

interface Session {
  readonly consumer: Consumer
  readonly crashed: Deferred.Deferred<never, LogUnavailable>
  range: Range | undefined
}

/** Joins its group when something is read for the first time, and leaves when the layer closes. */
export const layer: Layer.Layer<LogReader, never, KafkaClient> = Layer.effect(
  LogReader,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const { group, ordersTopic } = client.settings
    const scope = yield* Effect.scope
    const reading = yield* Semaphore.make(1)
    let current: { readonly session: Session; readonly own: Scope.Closeable } | undefined

    /** The current session, or a new one where it crashed. One read at a time asks for it. */
    const opened = Effect.gen(function*() {
      if (current !== undefined && !Deferred.isDoneUnsafe(current.session.crashed)) return current.session
      if (current !== undefined) yield* Scope.close(current.own, Exit.void)
      current = undefined
      const own = yield* Scope.fork(scope)
      const session = yield* open(client).pipe(
        Scope.provide(own),
        Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
      )
      current = { session, own }
      return session
    })

    const read = (partition: Partition.PartitionId, from: number, until: number) =>
      from >= until ? Stream.empty : Stream.unwrap(Effect.gen(function*() {
        yield* Semaphore.takeScoped(reading, 1)
        const session = yield* opened
        const batches = yield* Queue.bounded<Batch | "end", LogUnavailable>(READ_AHEAD)
        const assignment = [{ topic: ordersTopic, partitions: [partition] }]
        session.range = { partition, until, next: from, batches }
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            session.range = undefined
            session.consumer.pause(assignment)
          }).pipe(Effect.andThen(Queue.shutdown(batches)))
        )
        session.consumer.seek({ topic: ordersTopic, partition, offset: String(from) })
        session.consumer.resume(assignment)
        return Stream.fromEffectRepeat(Effect.raceFirst(Queue.take(batches), Deferred.await(session.crashed))).pipe(
          Stream.takeWhile((batch): batch is Batch => batch !== "end")
        )
      }))

    const committed = TopicMetadata.one(TopicMetadata.allCommitted(client, ordersTopic, group))
    return {
      partitions: ReaderLook.partitions(client),
      bounds: TopicMetadata.one(TopicMetadata.allBounds(client, ordersTopic)),
      committed: (partition) => Effect.retry(committed(partition), untilLoaded),
      read,
      // Batches have checksums of their own, which the broker and the client check.
      damage: () => Effect.succeed(undefined)
    }
  })
)

/** Joins a group of the reader's own; fails where that takes longer than `JOIN_TIMEOUT`. */
const open = Effect.fnUntraced(function*(
  client: KafkaClient["Service"]
): Effect.fn.Return<Session, LogUnavailable, Scope.Scope> {
  const topic = client.settings.ordersTopic
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
  const last = Number(batch.lastOffset())
  const records = batch.messages.map((message) => toLogRecord(range.partition, message))
    .filter(({ offset }) => offset >= range.next && offset < range.until)
  range.next = last + 1
  resolveOffset(batch.lastOffset())
  const offer = (value: Batch | "end") =>
    Effect.raceFirst(
      Queue.offer(range.batches, value),
      Effect.forever(Effect.andThen(Effect.sleep(HEARTBEAT_EVERY), Effect.ignore(Effect.tryPromise(() => heartbeat()))))
    )
  if (records.length > 0) yield* offer(records)
  if (range.next >= range.until) yield* offer("end")
})

/**
 * Reading the topic `orders` from outside. The library reads as a group member only, so the reader has a group of its
 * own, which never commits and is deleted when the reader closes.
 */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type * as Partition from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Exit, Layer, Queue, Random, Schedule, Scope, Semaphore, Stream } from "effect"
import type { Consumer, EachBatchPayload } from "kafkajs"
import { KafkaClient, messageOf } from "./client/KafkaClient.ts"
import { toLogRecord } from "./client/KafkaRecords.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"

/** How long a fetch waits for records, in milliseconds: a seek takes effect with the next one. */
const FETCH_WAIT = 100
/** The most bytes of one partition in one fetch: some thousand records. */
const FETCH_BYTES = 1_048_576
/** Batches that are read ahead of whoever takes them. */
const READ_AHEAD = 2
/** How long a full line may keep the member from saying that it lives. */
const SIGN_OF_LIFE = "3 seconds"
/** How long joining may take, and how long leaving. */
const JOIN_PATIENCE = "30 seconds"
const LEAVE_PATIENCE = "2 seconds"
const NAME_RANGE = 2 ** 48
/** A coordinator that has just started reads its groups first. */
const untilLoaded = Schedule.spaced("300 millis").pipe(Schedule.upTo({ times: 10 }))

type Batch = ReadonlyArray<LogRecord>

/** What is being read. */
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
    const turn = yield* Semaphore.make(1)
    let current: { readonly session: Session; readonly own: Scope.Closeable } | undefined

    /** The session that there is, or a new one in the place of one that broke: asked for by one read at a time. */
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
        yield* Semaphore.takeScoped(turn, 1)
        const session = yield* opened
        const batches = yield* Queue.bounded<Batch | "end", LogUnavailable>(READ_AHEAD)
        const at = [{ topic: ordersTopic, partitions: [partition] }]
        session.range = { partition, until, next: from, batches }
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            session.range = undefined
            session.consumer.pause(at)
          }).pipe(Effect.andThen(Queue.shutdown(batches)))
        )
        session.consumer.seek({ topic: ordersTopic, partition, offset: String(from) })
        session.consumer.resume(at)
        return Stream.fromEffectRepeat(Effect.raceFirst(Queue.take(batches), Deferred.await(session.crashed))).pipe(
          Stream.takeWhile((batch): batch is Batch => batch !== "end")
        )
      }))

    const committed = TopicMetadata.one(TopicMetadata.allCommitted(client, ordersTopic, group))
    return {
      partitions: TopicMetadata.partitions(client, ordersTopic),
      bounds: TopicMetadata.one(TopicMetadata.allBounds(client, ordersTopic)),
      committed: (partition) => Effect.retry(committed(partition), untilLoaded),
      read,
      // Batches have checksums of their own, which the broker and the client check.
      damage: () => Effect.succeed(undefined)
    }
  })
)

const failed = (topic: string) => (error: unknown) =>
  new LogUnavailable({ detail: `Kafka: reading ${topic}: ${messageOf(error)}` })

const open = Effect.fnUntraced(function*(
  client: KafkaClient["Service"]
): Effect.fn.Return<Session, LogUnavailable, Scope.Scope> {
  const topic = client.settings.ordersTopic
  const groupId = `${topic}-reader-${(yield* Random.nextIntBetween(0, NAME_RANGE)).toString(36)}`
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: FETCH_WAIT, maxBytesPerPartition: FETCH_BYTES })
  const session: Session = { consumer, crashed: yield* Deferred.make<never, LogUnavailable>(), range: undefined }
  const joined = yield* Deferred.make<void>()
  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  yield* Effect.addFinalizer(() =>
    Effect.tryPromise(() => consumer.disconnect()).pipe(
      Effect.andThen(client.ask(`deleting ${groupId}`, (admin) => admin.deleteGroups([groupId]))),
      Effect.interruptible,
      Effect.timeout(LEAVE_PATIENCE),
      Effect.ignore
    )
  )
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Nothing is fetched before somebody says from where.
    consumer.pause([{ topic, partitions: payload.memberAssignment[topic] ?? [] }])
    Deferred.doneUnsafe(joined, Effect.void)
    if (session.range !== undefined) Deferred.doneUnsafe(session.crashed, Effect.fail(failed(topic)("rebalanced")))
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    Deferred.doneUnsafe(session.crashed, Effect.fail(failed(topic)(payload.error)))
  })
  yield* Effect.tryPromise({
    try: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => run(take(session, payload))
      })
    },
    catch: failed(topic)
  })
  yield* Effect.raceFirst(Deferred.await(joined), Deferred.await(session.crashed)).pipe(
    Effect.timeoutOrElse({
      duration: JOIN_PATIENCE,
      orElse: () => Effect.fail(failed(topic)(`the group was not joined within ${JOIN_PATIENCE}`))
    })
  )
  return session
})

/** Hands on what of the batch is asked for. Waits while nobody takes, with a sign of life now and then. */
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
      Effect.forever(Effect.andThen(Effect.sleep(SIGN_OF_LIFE), Effect.ignore(Effect.tryPromise(() => heartbeat()))))
    )
  if (records.length > 0) yield* offer(records)
  if (range.next >= range.until) yield* offer("end")
})

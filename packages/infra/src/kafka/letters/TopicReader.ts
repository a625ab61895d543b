/**
 * Reads a topic from its start and follows it, outside of any group that others know: for what a process folds into its
 * memory. The library reads as a group member only, so each reader has a group of its own, which never commits and is
 * deleted when the reader stops.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import * as Partition from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Random, type Scope } from "effect"
import { type KafkaClient, messageOf } from "../client/KafkaClient.ts"
import { toLogRecord } from "../client/KafkaRecords.ts"

/** How long a fetch waits for records, in milliseconds. */
const FETCH_WAIT = 250
/** How long stopping may take. */
const STOP_PATIENCE = "2 seconds"
const NAME_RANGE = 2 ** 48

export interface TopicReading {
  /** Each record, in the order of its partition, from the first on. */
  readonly onRecord: (record: LogRecord) => void
  /** All that was in the topic when the reader started has been read. */
  readonly onCaughtUp: () => void
}

/** Reads until the scope closes; fails where the connection is lost for good. */
export const run = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string,
  { onCaughtUp, onRecord }: TopicReading
): Effect.fn.Return<never, LogUnavailable, Scope.Scope> {
  const suffix = yield* Random.nextIntBetween(0, NAME_RANGE)
  const groupId = `${topic}-reader-${suffix.toString(36)}`
  const bounds = yield* client.ask(`bounds of ${topic}`, (admin) => admin.fetchTopicOffsets(topic))
  /** The end of each partition that has not been reached yet. */
  const ahead = new Map<number, number>()
  for (const { high, low, partition } of bounds) {
    if (Number(high) > Number(low)) ahead.set(partition, Number(high))
  }
  const reached = (partition: number, next: number): void => {
    if (next < (ahead.get(partition) ?? Infinity)) return
    ahead.delete(partition)
    if (ahead.size === 0) onCaughtUp()
  }

  const crashed = yield* Deferred.make<never, LogUnavailable>()
  const failed = (error: unknown) => new LogUnavailable({ detail: `Kafka: reading ${topic}: ${messageOf(error)}` })
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: FETCH_WAIT })
  yield* Effect.addFinalizer(() =>
    Effect.tryPromise(() => consumer.disconnect()).pipe(
      Effect.andThen(client.ask(`deleting ${groupId}`, (admin) => admin.deleteGroups([groupId]))),
      Effect.interruptible,
      Effect.timeout(STOP_PATIENCE),
      Effect.ignore
    )
  )
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    Deferred.doneUnsafe(crashed, Effect.fail(failed(payload.error)))
  })
  yield* Effect.tryPromise({
    try: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          const partition = Partition.PartitionId.make(batch.partition)
          for (const message of batch.messages) onRecord(toLogRecord(partition, message))
          reached(batch.partition, Number(batch.lastOffset()) + 1)
        }
      })
    },
    catch: failed
  })
  if (ahead.size === 0) onCaughtUp()
  return yield* Deferred.await(crashed)
})

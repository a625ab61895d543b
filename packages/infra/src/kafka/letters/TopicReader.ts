/**
 * Reads a topic from its start and follows it, in a group of its own (`ReaderGroup`): for what a process folds into its
 * memory.
 */
import type { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import * as Partition from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, type Scope } from "effect"
import { setImmediate as turn } from "node:timers/promises"
import * as Log from "../../observability/logs/Log.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import { toLogRecord } from "../client/KafkaRecords.ts"
import * as LogGaps from "../client/LogGaps.ts"
import * as ReaderGroup from "../client/ReaderGroup.ts"
import * as TopicMetadata from "../client/TopicMetadata.ts"

/** How long a fetch waits for records, in milliseconds. */
const FETCH_WAIT = 250
/** Records that are folded in one turn of the thread: orders are answered between two of them. */
const SLICE = 250

export interface TopicReading {
  /** Called for each record, in the order of its partition, from the first on. */
  readonly onRecord: (record: LogRecord) => void
  /** Called once all records that were in the topic when the reader started have been read. */
  readonly onCaughtUp: () => void
}

/**
 * Reads until the scope closes; fails where the connection is lost for good. Where a record is missing it says so once,
 * and goes on: what is read here is shown to people, and the rest of it is of use to them.
 */
export const run = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string,
  { onCaughtUp, onRecord }: TopicReading
): Effect.fn.Return<never, LogUnavailable, Scope.Scope> {
  const bounds = yield* client.ask(`bounds of ${topic}`, (admin) => TopicMetadata.boundsOf(admin, topic))
  /** The end of each partition that has not been reached yet. */
  const ahead = new Map<number, number>()
  /** What comes next in each partition. */
  const awaited = new Map(bounds.map(({ low, partition }) => [partition, Number(low)]))
  let hasSaid = false
  for (const { high, low, partition } of bounds) {
    if (Number(high) > Number(low)) ahead.set(partition, Number(high))
  }
  const reached = (partition: number, next: number): void => {
    if (next < (ahead.get(partition) ?? Infinity)) return
    ahead.delete(partition)
    if (ahead.size === 0) onCaughtUp()
  }

  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  const say = (line: string) => run(Log.error(line, { event: "letters_missing" }))
  const group = yield* ReaderGroup.make(client, topic, { maxWaitTimeInMs: FETCH_WAIT })
  yield* group.run({
    eachBatch: async ({ batch }) => {
      const partition = Partition.PartitionId.make(batch.partition)
      const records = batch.messages.map((message) => toLogRecord(partition, message))
      const { count, next } = LogGaps.follow(records, awaited.get(partition) ?? 0, 0)
      if (count < records.length && !hasSaid) {
        hasSaid = true
        await say(`Record ${next} of ${topic} is missing: what it said is lost, and others may be missing as well`)
      }
      awaited.set(partition, Number(batch.lastOffset()) + 1)
      for (const [at, record] of records.entries()) {
        if (at > 0 && at % SLICE === 0) await turn()
        onRecord(record)
      }
      reached(batch.partition, Number(batch.lastOffset()) + 1)
    }
  })
  if (ahead.size === 0) onCaughtUp()
  return yield* Deferred.await(group.crashed)
})

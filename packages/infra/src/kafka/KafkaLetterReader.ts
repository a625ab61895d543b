/** Reading the topic `orders-dlq` from a position on, in a group of the reader's own. */
import { type LetterBatch, LetterReader } from "@flash-sale/domain/ports/LetterReader"
import type { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Stream } from "effect"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as RangeReads from "./client/RangeReads.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as DeadLetterRecords from "./letters/DeadLetterRecords.ts"

const unavailable = ({ detail }: LogUnavailable) => new StoreUnavailable({ detail })

export const layer: Layer.Layer<LetterReader, never, KafkaClient> = Layer.effect(
  LetterReader,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const { deadLettersTopic: topic, ordersTopic: log } = client.settings
    const readRecords = yield* RangeReads.make(client, topic)
    const batchOf = (records: ReadonlyArray<LogRecord>): LetterBatch => ({
      entries: records.flatMap((record) => Option.toArray(DeadLetterRecords.decode(record, log))),
      next: Offset.make(records.at(-1)!.offset + 1)
    })
    return {
      partitions: client.ask(`bounds of ${topic}`, (admin) => TopicMetadata.boundsOf(admin, topic)).pipe(
        Effect.map((found) =>
          found.map(({ high, low, partition }) => ({
            partition: PartitionId.make(partition),
            start: Offset.make(Number(low)),
            end: Offset.make(Number(high))
          }))
        ),
        Effect.mapError(unavailable)
      ),
      read: (partition, from, until) =>
        readRecords(partition, from, until, "as is").pipe(
          Stream.map(batchOf),
          // What is missing is passed over: the letters that are there are of use.
          Stream.concat(Stream.succeed({ entries: [], next: until })),
          Stream.mapError((error) =>
            error._tag === "LogUnavailable" ? unavailable(error) : new StoreUnavailable({ detail: error.message })
          )
        )
    }
  })
)

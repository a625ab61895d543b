/** Reading the topic `orders` outside of the processors' group. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type * as Partition from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Schedule, Stream } from "effect"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as RangeReads from "./client/RangeReads.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as ReaderLook from "./topics/ReaderLook.ts"

/** A coordinator that has just started loads its groups first. */
const untilLoaded = Schedule.spaced("300 millis").pipe(Schedule.upTo({ times: 10 }))

export const layer: Layer.Layer<LogReader, never, KafkaClient> = Layer.effect(
  LogReader,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const { group, ordersTopic } = client.settings
    const bounds = TopicMetadata.one(TopicMetadata.allBounds(client, ordersTopic))
    const read = yield* RangeReads.make(client, ordersTopic)

    /** The first record that is missing. Whether one is the one that was appended is not looked at. */
    const damage = (partition: Partition.PartitionId, from: number) =>
      Effect.flatMap(
        bounds(partition),
        ({ end, start }) =>
          Stream.runDrain(read(partition, Math.max(start, from), end)).pipe(
            Effect.as(undefined),
            Effect.catchTag("LogDamaged", (found) => Effect.succeed(found))
          )
      )

    const committed = TopicMetadata.one(TopicMetadata.allCommitted(client, ordersTopic, group))
    return {
      partitions: ReaderLook.partitions(client),
      bounds,
      committed: (partition) => Effect.retry(committed(partition), untilLoaded),
      read,
      damage
    }
  })
)

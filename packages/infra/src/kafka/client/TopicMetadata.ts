/** Metadata of a topic: its partitions, their bounds, and the group's committed offsets. */
import { LogUnavailable, type PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Exit } from "effect"
import type { Admin } from "kafkajs"
import type { KafkaClient } from "./KafkaClient.ts"
import type { Part } from "./RequestCoalescer.ts"

type Client = KafkaClient["Service"]

/** What the group has committed of each partition. */
export const allCommitted = (
  client: Client,
  topic: string,
  group: string
): Effect.Effect<Part<Offset | undefined>, LogUnavailable> =>
  Effect.map(
    client.ask("committed offsets", (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })),
    (topics) => (partition) => {
      const found = topics.flatMap(({ partitions }) => partitions).find((one) => one.partition === partition)
      // Negative numbers mean that nothing was committed.
      return Exit.succeed(
        found === undefined || Number(found.offset) < 0 ? undefined : Offset.make(Number(found.offset))
      )
    }
  )

/**
 * Where each partition of a topic begins and ends. The library asks for the ends and then for the beginnings, by what
 * it knows of the topic. Where it connects anew in between it knows nothing, throws, and does not try again: then it is
 * asked once more.
 */
export const boundsOf = async (admin: Pick<Admin, "fetchTopicOffsets">, topic: string) => {
  try {
    return await admin.fetchTopicOffsets(topic)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return await admin.fetchTopicOffsets(topic)
  }
}

/** Where each partition begins and ends. */
export const allBounds = (client: Client, topic: string): Effect.Effect<Part<PartitionBounds>, LogUnavailable> =>
  Effect.map(client.ask("bounds", (admin) => boundsOf(admin, topic)), (partitions) => (partition) => {
    const found = partitions.find((one) => one.partition === partition)
    return found === undefined
      ? Exit.fail(new LogUnavailable({ detail: `Kafka: ${topic}[${partition}] is not there` }))
      : Exit.succeed({ start: Offset.make(Number(found.low)), end: Offset.make(Number(found.high)) })
  })

/** The request for one partition alone. */
export const one = <A>(all: Effect.Effect<Part<A>, LogUnavailable>) => (partition: PartitionId) =>
  Effect.flatMap(all, (partOf) => partOf(partition))

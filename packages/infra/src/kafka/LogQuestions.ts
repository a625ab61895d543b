/** What Kafka knows of the topic `orders` beside its records. */
import { LogUnavailable } from "@flash-sale/domain/OrderLog"
import { Offset, type PartitionId } from "@flash-sale/domain/Partition"
import { Effect } from "effect"
import type { KafkaClient } from "./KafkaClient.ts"

type Client = KafkaClient["Service"]

/** How many partitions the topic has. It is not created where it is not there. */
export const partitions = (client: Client, topic: string): Effect.Effect<number, LogUnavailable> =>
  Effect.gen(function*() {
    const known = yield* client.ask("listing topics", (admin) => admin.listTopics())
    if (!known.includes(topic)) return yield* new LogUnavailable({ detail: `Kafka: there is no topic ${topic}` })
    const { topics } = yield* client.ask("describing topics", (admin) => admin.fetchTopicMetadata({ topics: [topic] }))
    return topics[0]?.partitions.length ?? 0
  })

export const committed = (client: Client, topic: string, group: string) =>
  Effect.fnUntraced(function*(partition: PartitionId) {
    const topics = yield* client.ask(
      "committed offsets",
      (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })
    )
    const found = topics.flatMap(({ partitions }) => partitions).find((one) => one.partition === partition)
    // Negative numbers mean that nothing was committed.
    return found === undefined || Number(found.offset) < 0 ? undefined : Offset.make(Number(found.offset))
  })

export const bounds = (client: Client, topic: string) =>
  Effect.fnUntraced(function*(partition: PartitionId) {
    const partitions = yield* client.ask("bounds", (admin) => admin.fetchTopicOffsets(topic))
    const found = partitions.find((one) => one.partition === partition)
    if (found === undefined) {
      return yield* new LogUnavailable({ detail: `Kafka: ${topic}[${partition}] is not there` })
    }
    return { start: Offset.make(Number(found.low)), end: Offset.make(Number(found.high)) }
  })

/** What there is to be known of the log: its topics, and what is written down with the data. */
import { FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect, Schedule } from "effect"
import * as CommitNote from "../client/CommitNote.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import type { Witness } from "./Verdict.ts"

type Client = KafkaClient["Service"]

/** Who asks: a gateway has no right to the group's offsets. */
export type Asker = "gateway" | "processor" | "operator"

/** A broker that has just started may not know a topic yet: it is missing where it is unknown so often in a row. */
const untilMissing = Schedule.spaced("250 millis").pipe(Schedule.upTo({ times: 2 }))

const isUnknownTopic = (error: unknown): boolean =>
  error instanceof Error &&
  (("type" in error && error.type === "UNKNOWN_TOPIC_OR_PARTITION") || isUnknownTopic(error.cause))

/** The partitions of the topic; undefined where there is no such topic. It is not created. */
export const partitionsOf = (client: Client, topic: string): Effect.Effect<number | undefined, LogUnavailable> =>
  client.ask("describing topics", async (admin) => {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      return topics.find(({ name }) => name === topic)?.partitions.length
    } catch (error) {
      if (isUnknownTopic(error)) return undefined
      throw error
    }
  }).pipe(
    Effect.filterOrFail(
      (count) => count !== 0,
      () => new LogUnavailable({ detail: `Kafka: the topic ${topic} is not there yet` })
    )
  )

/** The same for a topic that was there: it is asked for more than once before it counts as missing. */
export const partitionsStill = (client: Client, topic: string): Effect.Effect<number | undefined, LogUnavailable> =>
  Effect.repeat(partitionsOf(client, topic), { schedule: untilMissing, until: (count) => count !== undefined })

/** What the store says: none where nothing is written there; undefined where it is away and may be. */
export const inStore = (
  { mayBeAway }: { readonly mayBeAway: boolean }
): Effect.Effect<ReadonlyArray<Witness> | undefined, StoreUnavailable> =>
  Effect.flatMap(FoldedLog, ({ read }) => read).pipe(
    Effect.map((log): ReadonlyArray<Witness> => log === undefined ? [] : [{ ...log, where: "Redis" }]),
    Effect.catch((error) => mayBeAway ? Effect.undefined : Effect.fail(error))
  )

/** What the notes beside the group's offsets say: each number once. */
export const inGroup = (client: Client): Effect.Effect<ReadonlyArray<Witness>, LogUnavailable> => {
  const { group, ordersTopic: topic } = client.settings
  return Effect.map(
    client.ask("committed offsets", (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })),
    (topics): ReadonlyArray<Witness> => {
      const numbers = topics.flatMap(({ partitions }) =>
        partitions.flatMap(({ metadata }) => CommitNote.read(metadata) ?? [])
      )
      return [...new Set(numbers)].map((partitions) => ({ topic, partitions, where: "the group's offsets" }))
    }
  )
}

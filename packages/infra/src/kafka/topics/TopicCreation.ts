/** Making the topics, at the first start of all. */
import { Effect, Schedule } from "effect"
import type { ITopicConfig } from "kafkajs"
import type { KafkaClient } from "../client/KafkaClient.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"
import * as Policies from "./Policies.ts"

/** Letters are few and their order does not matter. */
const DEAD_LETTER_PARTITIONS = 1
/** A broker that was just named the leader of a partition may not know it yet: it is asked again so often. */
const untilLed = { schedule: Schedule.spaced("250 millis"), times: 40 }
const TOPIC_EXISTS = "TOPIC_ALREADY_EXISTS"

/** Makes these topics. Another process may make them at the same moment. */
export const create = (client: KafkaClient["Service"], names: ReadonlyArray<string>) =>
  client.ask("creating topics", async (admin) => {
    const topics = wanted(client.settings).filter(({ topic }) => names.includes(topic))
    try {
      await admin.createTopics({ topics, waitForLeaders: true })
    } catch (error) {
      if (!isCreatedByAnother(error)) throw error
    }
  }).pipe(Effect.asVoid)

const isCreatedByAnother = (error: unknown): boolean => {
  const all = error instanceof AggregateError ? error.errors : hasErrors(error) ? error.errors : [error]
  return all.length > 0 && all.every((one) => one instanceof Error && "type" in one && one.type === TOPIC_EXISTS)
}

const hasErrors = (error: unknown): error is { readonly errors: ReadonlyArray<unknown> } =>
  typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors)

const wanted = (settings: KafkaSettings): ReadonlyArray<ITopicConfig> => [
  configOf(settings, settings.ordersTopic, settings.partitions),
  configOf(settings, settings.deadLettersTopic, DEAD_LETTER_PARTITIONS),
  configOf(settings, settings.eventsTopic, settings.partitions)
]

const configOf = (settings: KafkaSettings, topic: string, numPartitions: number): ITopicConfig => ({
  topic,
  numPartitions,
  replicationFactor: settings.replicationFactor,
  configEntries: [
    { name: "min.insync.replicas", value: String(settings.minInsyncReplicas) },
    ...Object.entries(Policies.keptOf(settings, topic)).map(([name, value]) => ({ name, value }))
  ]
})

/**
 * Makes a topic for a copy of the log, with its policies, and waits until each of its partitions answers. The library's
 * own wait for leaders fails where the broker does not know the topic yet, which it has made.
 */
export const createCopy = (client: KafkaClient["Service"], topic: string, partitions: number) =>
  client.ask(
    `creating ${topic}`,
    (admin) => admin.createTopics({ topics: [configOf(client.settings, topic, partitions)], waitForLeaders: false })
  ).pipe(
    Effect.andThen(
      Effect.retry(client.ask(`bounds of ${topic}`, (admin) => admin.fetchTopicOffsets(topic)), untilLed)
    ),
    Effect.asVoid
  )

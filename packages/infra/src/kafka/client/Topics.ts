/** The topics: created where they are missing, and rejected where they have another number of partitions. */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Context, Deferred, Effect, Exit, Layer, Schedule, Schema } from "effect"
import type { ITopicConfig } from "kafkajs"
import * as Log from "../../observability/logs/Log.ts"
import { KafkaClient } from "./KafkaClient.ts"
import { type KafkaSettings, RECONNECT_CAP } from "./KafkaSettings.ts"

/**
 * The topic has another number of partitions than the settings say. Going on would move items to other partitions, and
 * split their histories.
 */
export class PartitionsChanged extends Schema.TaggedError<PartitionsChanged>()("PartitionsChanged", {
  topic: Schema.String,
  found: Schema.Int,
  expected: Schema.Int
}) {
  override get message(): string {
    return `The topic ${this.topic} has ${this.found} partitions but KAFKA_PARTITIONS is ${this.expected}: ` +
      `set KAFKA_PARTITIONS to ${this.found}. The number is fixed for ever when the topic is created.`
  }
}

/** Letters are few and their order does not matter. */
const DEAD_LETTER_PARTITIONS = 1
/** All state follows from the log, so no record expires. */
const FOR_EVER = "-1"
const TOPIC_EXISTS = "TOPIC_ALREADY_EXISTS"

/** Capped and jittered, for ever: Kafka may come at any time. */
const whileAway = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced(RECONNECT_CAP)]).pipe(
  Schedule.jittered
)

/** Whether the topics are there. */
export class Topics extends Context.Service<Topics, {
  /** The number of partitions of `orders`; waits while Kafka is away. Fails for good where it was changed. */
  readonly partitions: Effect.Effect<number, PartitionsChanged>
  /** The same as far as it is known now. */
  readonly now: () => Exit.Exit<number, PartitionsChanged> | undefined
}>()("@flash-sale/infra/kafka/client/Topics") {}

/** Prepares the topics in the background. */
export const layer: Layer.Layer<Topics, never, KafkaClient> = Layer.effect(
  Topics,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const known = yield* Deferred.make<number, PartitionsChanged>()
    let now: Exit.Exit<number, PartitionsChanged> | undefined
    yield* Effect.forkScoped(Effect.gen(function*() {
      now = yield* Effect.exit(prepare(client))
      if (Exit.isFailure(now)) {
        yield* Log.error("The order log cannot be used", { event: "log_unusable" }, now.cause)
      }
      yield* Deferred.done(known, now)
    }))
    return Topics.of({ partitions: Deferred.await(known), now: () => now })
  })
)

/** Creates the missing topics and checks the existing ones; retries until Kafka has answered. */
export const prepare = Effect.fnUntraced(function*(client: KafkaClient["Service"]) {
  const { settings } = client
  let hasWarned = false
  const found = yield* ensure(client).pipe(
    Effect.tapError(({ detail }) => {
      if (hasWarned) return Effect.void
      hasWarned = true
      return Log.warn(`Waiting for Kafka at ${settings.brokers.join(",")}: ${detail}`, {
        event: "dependency_down"
      })
    }),
    Effect.retry(whileAway),
    Effect.orDie // The schedule has no end, so no failure comes past it.
  )
  if (found !== settings.partitions) {
    return yield* new PartitionsChanged({ topic: settings.ordersTopic, found, expected: settings.partitions })
  }
  yield* Log.info(`The order log is there: ${settings.ordersTopic}, ${found} partitions`, { event: "log_ready" })
  return found
})

const ensure = Effect.fnUntraced(function*(client: KafkaClient["Service"]) {
  const { settings } = client
  const existing = yield* client.ask("listing topics", (admin) => admin.listTopics())
  const missing = wanted(settings).filter(({ topic }) => !existing.includes(topic))
  if (missing.length > 0) {
    yield* client.ask("creating topics", async (admin) => {
      try {
        await admin.createTopics({ topics: missing, waitForLeaders: true })
      } catch (error) {
        // Another process may create them at the same moment; the check below reads what it created.
        if (!isCreatedByAnother(error)) throw error
      }
    })
  }
  const { topics } = yield* client.ask(
    "describing topics",
    (admin) => admin.fetchTopicMetadata({ topics: [settings.ordersTopic] })
  )
  const orders = topics.find(({ name }) => name === settings.ordersTopic)
  if (orders === undefined || orders.partitions.length === 0) {
    return yield* new LogUnavailable({ detail: `Kafka: the topic ${settings.ordersTopic} is not there yet` })
  }
  return orders.partitions.length
})

const isCreatedByAnother = (error: unknown): boolean => {
  const all = error instanceof AggregateError ? error.errors : hasErrors(error) ? error.errors : [error]
  return all.length > 0 && all.every((one) => one instanceof Error && "type" in one && one.type === TOPIC_EXISTS)
}

const hasErrors = (error: unknown): error is { readonly errors: ReadonlyArray<unknown> } =>
  typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors)

const wanted = (settings: KafkaSettings): ReadonlyArray<ITopicConfig> => [
  configOf(settings, settings.ordersTopic, settings.partitions),
  configOf(settings, settings.deadLettersTopic, DEAD_LETTER_PARTITIONS)
]

const configOf = (settings: KafkaSettings, topic: string, numPartitions: number): ITopicConfig => ({
  topic,
  numPartitions,
  replicationFactor: settings.replicationFactor,
  configEntries: [
    { name: "min.insync.replicas", value: String(settings.minInsyncReplicas) },
    { name: "retention.ms", value: FOR_EVER },
    { name: "retention.bytes", value: FOR_EVER }
  ]
})

/** Creates another topic with the policies of the log. */
export const create = (client: KafkaClient["Service"], topic: string, partitions: number) =>
  Effect.asVoid(
    client.ask(`creating ${topic}`, (admin) =>
      admin.createTopics({ topics: [configOf(client.settings, topic, partitions)], waitForLeaders: true }))
  )

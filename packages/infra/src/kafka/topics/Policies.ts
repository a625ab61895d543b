/**
 * All state follows from the log, so no record of it may go, and no dead letter either, which waits for a person: the
 * settings of the topics that would destroy records, or lose those that were acknowledged. Decisions 0029 and 0045.
 */
import { Duration, Effect } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"

/** The values by which a topic keeps every record: for new topics, and for those that are there. */
export const KEPT: Readonly<Record<string, string>> = {
  "cleanup.policy": "delete",
  "retention.ms": "-1",
  "retention.bytes": "-1",
  // A replica that lacks acknowledged records must not become the leader: they would be cut from the others.
  "unclean.leader.election.enable": "false"
}
/** For how long order events are kept, in milliseconds: readers that are away for longer are filled anew. */
const EVENTS_KEPT_MILLIS = Duration.toMillis(Duration.days(30))
/** The same for order events, of which no state follows. */
export const EVENTS_KEPT: typeof KEPT = { ...KEPT, "retention.ms": String(EVENTS_KEPT_MILLIS) }
/** How many replicas must have a record before it is acknowledged. */
export const IN_SYNC = "min.insync.replicas"
/** The number of a topic among Kafka's kinds of resources: the library's own name for it cannot be imported by Node. */
const TOPIC = 2
/** What the judgement is made from. */
export const ASKED: ReadonlyArray<string> = [...Object.keys(KEPT), IN_SYNC]

/** A setting that destroys or loses records. */
export interface Loss {
  readonly name: string
  readonly is: string
  readonly must: string
  /** Whether more would do as well. */
  readonly orMore: boolean
}

/** The settings of a topic that destroy or lose records, in words; undefined where there is none. */
export interface Policy {
  readonly topic: string
  readonly why: string | undefined
  /** Whether compaction is on: of an item's orders it leaves the last one. */
  readonly isCompacted: boolean
}

/**
 * Pure. A setting that the brokers do not name is no objection. `leastInSync` is `KAFKA_MIN_INSYNC_REPLICAS`, which a
 * topic that was made before it was raised, or by hand, does not follow by itself.
 */
export const losses = (
  settings: ReadonlyMap<string, string>,
  leastInSync: number,
  kept = KEPT
): ReadonlyArray<Loss> => {
  const inSync = settings.get(IN_SYNC)
  return [
    ...Object.entries(kept).flatMap(([name, must]) => {
      const is = settings.get(name)
      const orMore = isTime(must)
      if (is === undefined || is === must || (orMore && (is === "-1" || Number(is) > Number(must)))) return []
      return [{ name, is: is || "empty", must, orMore }]
    }),
    ...(inSync !== undefined && Number(inSync) < leastInSync
      ? [{ name: IN_SYNC, is: inSync, must: String(leastInSync), orMore: false }]
      : [])
  ]
}

/** Whether a value is so many milliseconds for which records are kept: they may be kept for longer. */
const isTime = (must: string): boolean => Number(must) > 0

const wordsOf = ({ is, must, name, orMore }: Loss): string =>
  `${name} is ${is} and must be ${must}${orMore ? " or more" : ""}` +
  `${name === IN_SYNC ? ", as KAFKA_MIN_INSYNC_REPLICAS says" : ""}`

/** The same of a topic, in words. */
export const judge = (
  topic: string,
  settings: ReadonlyMap<string, string>,
  leastInSync: number,
  kept = KEPT
): Policy => {
  const found = losses(settings, leastInSync, kept)
  return {
    topic,
    why: found.length === 0 ? undefined : `the topic ${topic} loses records: ${found.map(wordsOf).join(", ")}`,
    isCompacted: settings.get("cleanup.policy")?.includes("compact") === true
  }
}

/** Asks the brokers for settings of a topic. Fails where they do not answer, and where this user may not ask. */
export const settingsOf = (client: KafkaClient["Service"], topic: string, names: ReadonlyArray<string> = ASKED) =>
  Effect.map(
    client.ask(`settings of ${topic}`, (admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: TOPIC, name: topic, configNames: [...names] }]
      })),
    ({ resources }): ReadonlyMap<string, string> =>
      new Map(
        resources.flatMap(({ configEntries }) =>
          configEntries.map(({ configName, configValue }) => [configName, configValue ?? ""] as const)
        )
      )
  )

/** What the settings of this topic must be. */
export const keptOf = ({ eventsTopic }: KafkaSettings, topic: string): typeof KEPT =>
  topic === eventsTopic ? EVENTS_KEPT : KEPT

/** What the brokers say of this topic. */
export const look = (client: KafkaClient["Service"], topic: string) =>
  Effect.map(
    settingsOf(client, topic),
    (settings) => judge(topic, settings, client.settings.minInsyncReplicas, keptOf(client.settings, topic))
  )

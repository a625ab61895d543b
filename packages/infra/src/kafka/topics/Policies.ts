/**
 * All state follows from the log, so no record of it may go, and no dead letter either, which waits for a person: the
 * settings of the topics that would destroy records. Decision 0029.
 */
import { Effect } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"

/** The values by which a topic keeps every record: for new topics, and for those that are there. */
export const KEPT: Readonly<Record<string, string>> = {
  "cleanup.policy": "delete",
  "retention.ms": "-1",
  "retention.bytes": "-1"
}
/** The number of a topic among Kafka's kinds of resources: the library's own name for it cannot be imported by Node. */
const TOPIC = 2
const NAMES = Object.keys(KEPT)

/** The settings of a topic that destroy records, in words; undefined where there is none. */
export interface Policy {
  readonly topic: string
  readonly why: string | undefined
  /** Whether compaction is on: of an item's orders it leaves the last one. */
  readonly isCompacted: boolean
}

/** Pure. A setting that the brokers do not name is no objection. */
export const judge = (topic: string, settings: ReadonlyMap<string, string>): Policy => {
  const wrong = NAMES.filter((name) => settings.has(name) && settings.get(name) !== KEPT[name])
  const found = wrong.map((name) => `${name} is ${settings.get(name) || "empty"} and must be ${KEPT[name]}`)
  return {
    topic,
    why: wrong.length === 0 ? undefined : `the topic ${topic} loses records: ${found.join(", ")}`,
    isCompacted: settings.get("cleanup.policy")?.includes("compact") === true
  }
}

/** Asks the brokers. Fails where they do not answer, and where this user may not ask. */
export const look = (client: KafkaClient["Service"], topic: string) =>
  Effect.map(
    client.ask(`settings of ${topic}`, (admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: TOPIC, name: topic, configNames: NAMES }]
      })),
    ({ resources }) =>
      judge(
        topic,
        new Map(
          resources.flatMap(({ configEntries }) =>
            configEntries.map(({ configName, configValue }) => [configName, configValue ?? ""] as const)
          )
        )
      )
  )

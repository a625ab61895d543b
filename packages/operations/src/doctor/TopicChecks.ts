/** Judges the topics: that they are there, keep every record, and survive the loss of a broker. Pure. */
import type { KafkaFacts, TopicPartition, TopicSettings } from "@flash-sale/infra/facts/KafkaFacts"
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { CheckId, Finding } from "./Check.ts"
import * as Check from "./Check.ts"
import * as OtherTopics from "./topics/OtherTopics.ts"
import * as TopicLosses from "./topics/TopicLosses.ts"

const partitions = ({ orders, refusal, wanted }: KafkaFacts): Finding =>
  Check.judged("kafka.partitions", refusal, (why) => {
    if (why !== undefined) {
      return Check.wrong("kafka.partitions", why, "docs/operations.md, The log is refused, has a row for each case")
    }
    const count = "found" in orders ? orders.found.partitions?.length : undefined
    return count === undefined
      ? Check.warning("kafka.partitions", "there is no topic yet", "start a service: it makes the topics")
      : Check.ok("kafka.partitions", `${count}, as KAFKA_PARTITIONS says (${wanted.partitions})`)
  })

/** The settings of the log's topic; why they are not known, where they are not. */
const settingsOf = ({ orders }: KafkaFacts): Looked.Looked<TopicSettings> =>
  "found" in orders ? orders.found.settings : orders

/** Those of some settings that lose records. */
const losing = (facts: KafkaFacts, id: CheckId, name: RegExp, fine: string): Finding =>
  Check.judged(id, settingsOf(facts), ({ losses }) => {
    const found = losses.filter((loss) => name.test(loss.name))
    const topic = "found" in facts.orders ? facts.orders.found.name : ""
    return found.length === 0
      ? Check.ok(id, fine)
      : Check.wrong(id, TopicLosses.inWords(found), TopicLosses.alter(facts, topic, found))
  })

const inSync = (facts: KafkaFacts): Finding =>
  Check.judged("kafka.insync", settingsOf(facts), ({ losses, minInsyncReplicas }) => {
    const { name, partitions = [] } = "found" in facts.orders ? facts.orders.found : { name: "" }
    const low = losses.filter((loss) => loss.name === "min.insync.replicas")
    if (low.length > 0) {
      return Check.wrong("kafka.insync", TopicLosses.inWords(low), TopicLosses.alter(facts, name, low))
    }
    if (minInsyncReplicas === undefined) return Check.notLookedAt("kafka.insync", "the brokers do not name the setting")
    const replicas = Math.min(...partitions.map((one) => one.replicas))
    const detail = `min.insync.replicas is ${minInsyncReplicas}`
    return replicas >= 3 && minInsyncReplicas < 2
      ? Check.warning(
        "kafka.insync",
        `${detail}: with ${replicas} replicas the loss of one broker may lose orders`,
        TopicLosses.alter(facts, name, [{ name: "min.insync.replicas", is: "", must: "2", orMore: true }])
      )
      : Check.ok("kafka.insync", detail)
  })

const named = (all: ReadonlyArray<TopicPartition>): string => {
  const shown = all.slice(0, 5).map(({ partition }) => partition).join(", ")
  return `${Check.count(all.length, "partition")} (${shown}${all.length > 5 ? ", …" : ""})`
}

const replicas = (facts: KafkaFacts): Finding =>
  Check.judged("kafka.replicas", facts.orders, ({ partitions }) => {
    if (partitions === undefined) return Check.notLookedAt("kafka.replicas", "there is no topic")
    const broker = "look at the brokers that hold them: down, or their disk is full"
    const leaderless = partitions.filter(({ hasLeader }) => !hasLeader)
    if (leaderless.length > 0) {
      return Check.wrong("kafka.replicas", `without a leader: ${named(leaderless)}`, broker)
    }
    const settings = settingsOf(facts)
    const least = ("found" in settings ? settings.found.minInsyncReplicas : undefined) ?? 1
    const refusing = partitions.filter((one) => one.inSync < least)
    if (refusing.length > 0) {
      return Check.wrong(
        "kafka.replicas",
        `fewer in sync than ${least}, so no order is taken: ${named(refusing)}`,
        broker
      )
    }
    const behind = partitions.filter((one) => one.inSync < one.replicas)
    if (behind.length > 0) {
      return Check.warning("kafka.replicas", `not all replicas in sync: ${named(behind)}`, broker)
    }
    const fewest = Math.min(...partitions.map((one) => one.replicas))
    if (fewest < Math.max(2, facts.wanted.replicationFactor)) {
      return Check.warning(
        "kafka.replicas",
        `${Check.count(fewest, "replica")}: ${
          fewest === 1 ? "one broker's disk alone has the orders" : "fewer than set"
        }`,
        "kafka-reassign-partitions.sh, to 3 replicas on 3 brokers"
      )
    }
    return Check.ok("kafka.replicas", `${fewest} of each partition, all in sync`)
  })

const batch = (facts: KafkaFacts): Finding =>
  Check.judged("kafka.batch", settingsOf(facts), ({ maxMessageBytes }) => {
    if (maxMessageBytes === undefined) return Check.notLookedAt("kafka.batch", "the brokers do not name the setting")
    const detail = `max.message.bytes is ${maxMessageBytes}`
    const must = String(1024 * 1024)
    const topic = "found" in facts.orders ? facts.orders.found.name : ""
    return maxMessageBytes > facts.wanted.batchBytes
      ? Check.ok("kafka.batch", detail)
      : Check.wrong(
        "kafka.batch",
        `${detail}, and batches have up to ${facts.wanted.batchBytes}: they would be refused under load`,
        TopicLosses.alter(facts, topic, [{ name: "max.message.bytes", is: "", must, orMore: true }])
      )
  })

/** All findings on the topics. */
export const judge = (facts: KafkaFacts): ReadonlyArray<Finding> => [
  partitions(facts),
  losing(facts, "kafka.retention", /^(cleanup|retention)\./, "no retention, no compaction"),
  losing(facts, "kafka.elections", /^unclean\./, "only replicas in sync"),
  inSync(facts),
  replicas(facts),
  batch(facts),
  OtherTopics.letters(facts),
  OtherTopics.events(facts)
]

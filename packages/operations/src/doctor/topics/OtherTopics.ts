/** Judges the topics beside the log: dead letters and order events. Pure. */
import type { KafkaFacts, Topic } from "@flash-sale/infra/facts/KafkaFacts"
import type { Finding } from "../Check.ts"
import * as Check from "../Check.ts"
import * as TopicLosses from "./TopicLosses.ts"

export const letters = (facts: KafkaFacts): Finding =>
  Check.judged("kafka.letters", facts.letters, ({ name, partitions, settings }: Topic) => {
    if (partitions === undefined) {
      const hasLog = "found" in facts.orders && facts.orders.found.partitions !== undefined
      const make = "make it with one partition, cleanup.policy=delete and no retention"
      return hasLog
        ? Check.wrong("kafka.letters", `the topic ${name} is missing: dead letters wait, and orders behind them`, make)
        : Check.warning("kafka.letters", "there is no topic yet", "start a service: it makes the topics")
    }
    return Check.judged("kafka.letters", settings, ({ losses }) =>
      losses.length === 0
        ? Check.ok("kafka.letters", `${name} keeps every letter`)
        : Check.wrong("kafka.letters", TopicLosses.inWords(losses), TopicLosses.alter(facts, name, losses)))
  })

export const events = (facts: KafkaFacts): Finding =>
  Check.judged("kafka.events", facts.events, ({ name, partitions, settings }: Topic) => {
    if (partitions === undefined) {
      return Check.warning("kafka.events", `there is no topic ${name}`, "start a processor: it makes the topic")
    }
    const log = "found" in facts.orders ? facts.orders.found.partitions?.length : undefined
    if (log !== undefined && log !== partitions.length) {
      return Check.wrong(
        "kafka.events",
        `${name} has ${Check.count(partitions.length, "partition")}, and the log ${log}: no order gets further`,
        "set ORDER_EVENTS_TOPIC to a new name for all services: a processor makes it"
      )
    }
    return Check.judged("kafka.events", settings, ({ losses }) =>
      losses.length === 0
        ? Check.ok("kafka.events", `${name} keeps events for a month or longer`)
        : Check.wrong("kafka.events", TopicLosses.inWords(losses), TopicLosses.alter(facts, name, losses)))
  })

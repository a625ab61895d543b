/** Judges what the brokers say of themselves. Pure. */
import type { Broker, KafkaFacts } from "@flash-sale/infra/facts/KafkaFacts"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"
import * as TopicChecks from "./TopicChecks.ts"
import * as Units from "./Units.ts"

const address = ({ address, brokers }: KafkaFacts): Finding =>
  "found" in brokers || brokers.refusal !== undefined
    ? Check.ok("kafka.address", address)
    : Check.wrong(
      "kafka.address",
      `${address}: ${brokers.why}`,
      "is Kafka up, and is KAFKA_ADDR right? With TLS: KAFKA_TLS and its files"
    )

const login = ({ brokers, user }: KafkaFacts): Finding => {
  const who = user === undefined ? "without a login" : `as "${user}"`
  if ("found" in brokers) return Check.ok("kafka.login", who)
  return brokers.refusal === undefined
    ? Check.notLookedAt("kafka.login", "Kafka cannot be reached")
    : Check.wrong(
      "kafka.login",
      `${who}: ${brokers.refusal}`,
      "set KAFKA_SASL_MECHANISM, KAFKA_USERNAME and KAFKA_PASSWORD to what the brokers know"
    )
}

/** A broker that is down is one of several, or all of them: `kafka.address` says the latter. */
const reached = (brokers: ReadonlyArray<Broker>): Finding => {
  const away = brokers.filter(({ why }) => why !== undefined)
  return away.length === 0
    ? Check.ok("kafka.brokers", `${brokers.length} reached`)
    : Check.wrong(
      "kafka.brokers",
      `of ${brokers.length} not reached: ${away.map((one) => `${one.address} (${one.why})`).join(", ")}`,
      "start it, or set its advertised.listeners to an address that clients reach"
    )
}

/** What stands in the place of every other finding where no broker is reached. */
const withoutRefusal = ({ brokers, members }: KafkaFacts) =>
  "found" in brokers ? brokers : { why: "why" in members ? members.why : brokers.why }

const version = (facts: KafkaFacts): Finding =>
  Check.judged("kafka.version", facts.lacking, (lacking) =>
    lacking.length === 0
      ? Check.ok("kafka.version", "they understand all that orders need")
      : Check.wrong("kafka.version", `they lack ${lacking.join(", ")}`, "use Kafka 3.5 or later, or Redpanda"))

const clock = ({ stampedAhead }: KafkaFacts): Finding =>
  Check.judged("clock.records", stampedAhead, ({ byMillis, partitions }) =>
    partitions === 0
      ? Check.ok("clock.records", `none is later than now by ${Units.seconds(byMillis)}`)
      : Check.warning(
        "clock.records",
        `records in ${Check.count(partitions, "partition")} are later than now by ${Units.seconds(byMillis)} or more`,
        "a gateway's clock is ahead, or this machine's behind: have a time server keep them"
      ))

/** All findings on Kafka and its topics. */
export const judge = (facts: KafkaFacts): ReadonlyArray<Finding> => [
  address(facts),
  login(facts),
  Check.judged("kafka.brokers", withoutRefusal(facts), reached),
  version(facts),
  ...TopicChecks.judge(facts),
  clock(facts)
]

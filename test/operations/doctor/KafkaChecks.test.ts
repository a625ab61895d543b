/** What each fact of the brokers and their topics is worth, and how it is mended. */
import { reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import type { KafkaFacts, Topic, TopicPartition, TopicSettings } from "@flash-sale/infra/facts/KafkaFacts"
import type { CheckId, Finding } from "@flash-sale/operations/doctor/Check"
import * as KafkaChecks from "@flash-sale/operations/doctor/KafkaChecks"
import { expect, it } from "vitest"

const partition: TopicPartition = { partition: 0, hasLeader: true, replicas: 3, inSync: 3 }
const settings: TopicSettings = { losses: [], minInsyncReplicas: 2, maxMessageBytes: 1_048_588 }
const orders: Topic = { name: "orders", partitions: [partition], settings: { found: settings } }

const well: KafkaFacts = {
  address: "kafka:9092",
  user: "operator",
  wanted: { partitions: 1, replicationFactor: 3, minInsyncReplicas: 2, batchBytes: 786_432 },
  brokers: { found: [{ address: "kafka:9092", why: undefined }] },
  lacking: { found: [] },
  orders: { found: orders },
  letters: { found: { ...orders, name: "orders-dlq" } },
  events: { found: { ...orders, name: "order-events" } },
  refusal: { found: undefined },
  members: { found: 1 },
  stampedAhead: { found: { partitions: 0, byMillis: 5_000 } },
  open: { found: { size: 0, byReason: reasonCounts(), oldestAt: undefined } }
}

const withTopic = (change: Partial<Topic>): KafkaFacts => ({ ...well, orders: { found: { ...orders, ...change } } })
const withSettings = (change: Partial<TopicSettings>) => withTopic({ settings: { found: { ...settings, ...change } } })
const withPartition = (change: Partial<TopicPartition>) => withTopic({ partitions: [{ ...partition, ...change }] })
const losing = (name: string, is: string, must: string) => withSettings({ losses: [{ name, is, must, orMore: false }] })
const UNREACHED = { why: "Kafka cannot be reached" }
const away = (why: string, refusal?: string): KafkaFacts => ({
  ...well,
  brokers: { why, ...(refusal === undefined ? {} : { refusal }) },
  lacking: UNREACHED,
  orders: UNREACHED,
  letters: UNREACHED,
  events: UNREACHED,
  refusal: UNREACHED,
  members: UNREACHED,
  stampedAhead: UNREACHED,
  open: UNREACHED
})

it("finds nothing to mend where all is as it should be", () => {
  const findings = KafkaChecks.judge(well)
  expect(findings.filter(({ verdict }) => verdict !== "ok")).toEqual([])
  expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
})

it("says once that Kafka is away, and that nobody looked at the rest", () => {
  const findings = KafkaChecks.judge(away("connect ECONNREFUSED"))
  expect(findings.filter(({ verdict }) => verdict === "wrong").map(({ id }) => id)).toEqual(["kafka.address"])
  expect(new Set(findings.slice(2).map(({ detail }) => detail))).toEqual(new Set([UNREACHED.why]))
})

it.each<readonly [string, KafkaFacts, CheckId, Finding["verdict"], RegExp, RegExp | undefined]>([
  ["away", away("ECONNREFUSED"), "kafka.address", "wrong", /kafka:9092: ECONNREFUSED/, /KAFKA_ADDR/],
  [
    "a wrong password",
    away("SASL", "SASL failed"),
    "kafka.login",
    "wrong",
    /"operator": SASL failed/,
    /KAFKA_PASSWORD/
  ],
  [
    "a broker that is not reached",
    { ...well, brokers: { found: [{ address: "k1:9092", why: "ENOTFOUND" }] } },
    "kafka.brokers",
    "wrong",
    /k1:9092 \(ENOTFOUND\)/,
    /advertised\.listeners/
  ],
  ["too old", { ...well, lacking: { found: ["Fetch 4"] } }, "kafka.version", "wrong", /Fetch 4/, /3\.5 or later/],
  [
    "no topic yet",
    withTopic({ partitions: undefined }),
    "kafka.partitions",
    "warning",
    /no topic yet/,
    /start a service/
  ],
  [
    "a refused log",
    { ...well, refusal: { found: "12, not 24" } },
    "kafka.partitions",
    "wrong",
    /12, not 24/,
    /is refused/
  ],
  [
    "retention",
    losing("retention.ms", "604800000", "-1"),
    "kafka.retention",
    "wrong",
    /604800000/,
    /retention\.ms=-1$/
  ],
  [
    "compaction",
    losing("cleanup.policy", "compact", "delete"),
    "kafka.retention",
    "wrong",
    /compact/,
    /policy=delete$/
  ],
  [
    "elections",
    losing("unclean.leader.election.enable", "true", "false"),
    "kafka.elections",
    "wrong",
    /true/,
    /=false$/
  ],
  ["too few in sync", losing("min.insync.replicas", "1", "2"), "kafka.insync", "wrong", /is 1, not 2/, /replicas=2$/],
  ["one in sync of three", withSettings({ minInsyncReplicas: 1 }), "kafka.insync", "warning", /loss of one/, /=2$/],
  [
    "not named",
    withSettings({ minInsyncReplicas: undefined }),
    "kafka.insync",
    "not_looked_at",
    /do not name/,
    undefined
  ],
  [
    "no leader",
    withPartition({ hasLeader: false }),
    "kafka.replicas",
    "wrong",
    /without a leader: 1 partition \(0\)/,
    /disk/
  ],
  ["not enough in sync", withPartition({ inSync: 1 }), "kafka.replicas", "wrong", /no order is taken/, /brokers/],
  ["one behind", withPartition({ inSync: 2 }), "kafka.replicas", "warning", /not all replicas in sync/, /brokers/],
  [
    "one replica",
    withPartition({ replicas: 1, inSync: 2 }),
    "kafka.replicas",
    "warning",
    /one broker's disk/,
    /reassign/
  ],
  [
    "small batches",
    withSettings({ maxMessageBytes: 1_000 }),
    "kafka.batch",
    "wrong",
    /is 1000/,
    /max\.message\.bytes=1048576/
  ],
  [
    "no topic of dead letters",
    { ...well, letters: { found: { ...orders, name: "orders-dlq", partitions: undefined } } },
    "kafka.letters",
    "wrong",
    /orders-dlq is missing/,
    /one partition/
  ],
  [
    "no topic of order events",
    { ...well, events: { found: { ...orders, name: "order-events", partitions: undefined } } },
    "kafka.events",
    "warning",
    /there is no topic order-events/,
    /start a processor/
  ],
  [
    "order events of another number of partitions",
    { ...well, events: { found: { ...orders, name: "order-events", partitions: [partition, partition] } } },
    "kafka.events",
    "wrong",
    /order-events has 2 partitions, and the log 1/,
    /ORDER_EVENTS_TOPIC/
  ],
  [
    "order events that go after an hour",
    {
      ...well,
      events: {
        found: {
          ...orders,
          name: "order-events",
          settings: {
            found: {
              ...settings,
              losses: [{ name: "retention.ms", is: "3600000", must: "2592000000", orMore: true }]
            }
          }
        }
      }
    },
    "kafka.events",
    "wrong",
    /retention\.ms is 3600000, not 2592000000 or more/,
    /--entity-name order-events --add-config retention\.ms=2592000000$/
  ],
  [
    "records of the future",
    { ...well, stampedAhead: { found: { partitions: 2, byMillis: 5_000 } } },
    "clock.records",
    "warning",
    /2 partitions are later than now by 5\.0 s/,
    /time server/
  ]
])("%s", (_, facts, id, verdict, detail, mend) => {
  const found = KafkaChecks.judge(facts).find((one) => one.id === id)!
  expect(found.verdict).toBe(verdict)
  expect(found.detail).toMatch(detail)
  if (mend === undefined) expect(found.mend).toBeUndefined()
  else expect(found.mend).toMatch(mend)
})

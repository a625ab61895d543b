/** What each service's user needs at Kafka's brokers, as `kafka-acls.sh` is given it. */
import type { User } from "../../packages/infra/src/redis/rights/Users.ts"

/** Who fills the archive asks nothing of Redis, and is a user of Kafka's alone. */
export type KafkaUser = User | "archive"

export interface KafkaRight {
  readonly operations: ReadonlyArray<"Create" | "Delete" | "Describe" | "DescribeConfigs" | "Read" | "Write">
  readonly resource: "group" | "topic"
  readonly name: string
  /** Whether it is for every name that begins so: readers have groups of their own. */
  readonly isPrefix?: boolean
}

const ORDERS = "orders"
const LETTERS = "orders-dlq"
const EVENTS = "order-events"
const GROUP = "order-processor"
const ARCHIVE_GROUP = "order-archive"

const topic = (name: string, ...operations: KafkaRight["operations"]): KafkaRight => ({
  operations,
  resource: "topic",
  name
})
const group = (name: string, ...operations: KafkaRight["operations"]): KafkaRight => ({
  operations,
  resource: "group",
  name
})
const readersOf = (name: string): KafkaRight => ({ ...group(`${name}-reader-`, "Read", "Delete"), isPrefix: true })

/** Reading and writing each include describing. Creating is needed only where the topics are not there yet. */
export const KAFKA_RIGHTS: Readonly<Record<KafkaUser, ReadonlyArray<KafkaRight>>> = {
  gateway: [
    topic(ORDERS, "Write", "Create", "DescribeConfigs"),
    // The admin API replays and discards letters.
    topic(LETTERS, "Read", "Write", "Create", "DescribeConfigs"),
    readersOf(LETTERS)
  ],
  processor: [
    topic(ORDERS, "Read", "Write", "Create", "DescribeConfigs"),
    topic(LETTERS, "Read", "Write", "Create", "DescribeConfigs"),
    topic(EVENTS, "Read", "Write", "Create", "DescribeConfigs"),
    group(GROUP, "Read"),
    readersOf(LETTERS)
  ],
  operator: [
    topic(ORDERS, "Read", "Write", "Create", "DescribeConfigs"),
    topic(LETTERS, "Read", "Write", "Create", "DescribeConfigs"),
    // Looked at by `doctor`.
    topic(EVENTS, "Describe", "DescribeConfigs"),
    group(GROUP, "Read"),
    readersOf(ORDERS),
    readersOf(LETTERS)
  ],
  archive: [
    topic(EVENTS, "Read", "DescribeConfigs"),
    topic(LETTERS, "Read"),
    group(ARCHIVE_GROUP, "Read"),
    readersOf(LETTERS)
  ]
}

/** The options of `kafka-acls.sh`. */
export const optionsOf = (user: KafkaUser, { isPrefix, name, operations, resource }: KafkaRight): string =>
  [
    `--add --allow-principal User:${user}`,
    ...operations.map((operation) => `--operation ${operation}`),
    `--${resource} ${name}`,
    ...(isPrefix === true ? ["--resource-pattern-type prefixed"] : [])
  ].join(" ")

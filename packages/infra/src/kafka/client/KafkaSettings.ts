/** The settings of Kafka, and the bounds that no setting changes. */
import type { Redacted } from "effect"
import type * as Tls from "../../settings/Tls.ts"

/** The login at the brokers. */
export interface Sasl {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"
  readonly username: string
  readonly password: Redacted.Redacted<string>
}

/** Plain values, as `KafkaConfig` reads them from the environment. */
export interface KafkaSettings {
  /** `host:port` of one or more brokers: `KAFKA_ADDR`. */
  readonly brokers: ReadonlyArray<string>
  readonly clientId: string
  /** Partitions of the log's topic: `KAFKA_PARTITIONS`. Fixed when the topic is created, and checked ever after. */
  readonly partitions: number
  /** Copies of each partition, where this process creates the topics. */
  readonly replicationFactor: number
  /** Copies that must have a record before it is acknowledged, where this process creates the topics. */
  readonly minInsyncReplicas: number
  /** The most records of one send: `KAFKA_BATCH_SIZE`. */
  readonly batchSize: number
  /** The log: `ORDERS_TOPIC`. */
  readonly ordersTopic: string
  readonly deadLettersTopic: string
  /** What is told of orders: `ORDER_EVENTS_TOPIC`. It has as many partitions as the log. */
  readonly eventsTopic: string
  /** The consumer group of the processors. */
  readonly group: string
  /** No login where it is absent. */
  readonly sasl?: Sasl | undefined
  /** Connections are not encrypted where it is absent. */
  readonly tls?: Tls.Tls | undefined
}

export const defaults: Omit<KafkaSettings, "brokers"> = {
  clientId: "flash-sale",
  partitions: 12,
  replicationFactor: 1,
  minInsyncReplicas: 1,
  batchSize: 500,
  ordersTopic: "orders",
  deadLettersTopic: "orders-dlq",
  eventsTopic: "order-events",
  group: "order-processor"
}

/** How long a connection may take to open, in milliseconds. */
export const CONNECT_TIMEOUT = 1_000
/** How long one request may take before its connection is given up, in milliseconds. */
export const REQUEST_TIMEOUT = 2_000
/** How long an administrative question may take with all its retries. */
export const ADMIN_TIMEOUT = "5 seconds"
/** How long the wait between two attempts grows while Kafka is away. */
export const RECONNECT_CAP = "2 seconds"

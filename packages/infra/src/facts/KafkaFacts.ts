/** What the brokers say, before anybody judges it. Plain values. */
import type { DeadLetterStats } from "@flash-sale/domain/ports/DeadLetters"
import type { Looked } from "./Looked.ts"

export interface Broker {
  /** As the cluster tells clients to reach it. */
  readonly address: string
  /** Why it cannot be reached from here; undefined where it can. */
  readonly why: string | undefined
}

export interface TopicPartition {
  readonly partition: number
  readonly hasLeader: boolean
  readonly replicas: number
  readonly inSync: number
}

export interface Topic {
  readonly name: string
  /** Undefined where there is no such topic. */
  readonly partitions: ReadonlyArray<TopicPartition> | undefined
  readonly settings: Looked<TopicSettings>
}

/** What the brokers say of a topic's settings. */
export interface TopicSettings {
  /** Those that destroy or lose records: what each is, and what it must be. */
  readonly losses: ReadonlyArray<{
    readonly name: string
    readonly is: string
    readonly must: string
    /** Whether more would do as well. */
    readonly orMore: boolean
  }>
  /** Undefined where the brokers do not name them. */
  readonly minInsyncReplicas: number | undefined
  readonly maxMessageBytes: number | undefined
}

export interface KafkaFacts {
  /** As `KAFKA_ADDR` gives it. */
  readonly address: string
  /** Undefined where there is no login. */
  readonly user: string | undefined
  /** What this command's settings ask of the topics. */
  readonly wanted: {
    /** The largest batch that the engine sends, in bytes. */
    readonly batchBytes: number
    readonly partitions: number
    readonly replicationFactor: number
    readonly minInsyncReplicas: number
  }
  /** `refusal`: a broker answers, and does not let this user in. */
  readonly brokers: Looked<ReadonlyArray<Broker>> & { readonly refusal?: string }
  /** What orders need and the brokers lack, such as `InitProducerId 3`. */
  readonly lacking: Looked<ReadonlyArray<string>>
  readonly orders: Looked<Topic>
  readonly letters: Looked<Topic>
  /** Order events. */
  readonly events: Looked<Topic>
  /** Why the log must not be used, by all that is written down of it; undefined where it may be, or is to be made. */
  readonly refusal: Looked<string | undefined>
  /** Members of the processors' group. */
  readonly members: Looked<number>
  /** Partitions with records that are stamped later than now, and by how many milliseconds that was asked. */
  readonly stampedAhead: Looked<{ readonly partitions: number; readonly byMillis: number }>
  /** Dead letters that nobody has handled. `oldestAt` in milliseconds since 1970. */
  readonly open: Looked<DeadLetterStats>
}

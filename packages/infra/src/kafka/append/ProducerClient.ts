/** The client of one sender: an idempotent producer that sends to one partition. */
import { type MessageToProduce, Producer, type ProducerOptions } from "@platformatic/kafka"
import { Context } from "effect"
import * as KafkaSecurity from "../client/KafkaSecurity.ts"
import { CONNECT_TIMEOUT, type KafkaSettings, REQUEST_TIMEOUT } from "../client/KafkaSettings.ts"
import type { EncodedRecord } from "./EncodedRecord.ts"

/** Attempts after the first at one send, and the milliseconds between them. The client allows no fewer than two. */
const RETRIES = 8
const RETRY_DELAY = 150
/** How old the known leader of the partition may be, in milliseconds: a later attempt asks again. */
const METADATA_MAX_AGE = 1_000

export type Client = Producer<Buffer, Buffer, Buffer, Buffer>

/** How a client is set up. */
export const options = (settings: KafkaSettings): ProducerOptions<Buffer, Buffer, Buffer, Buffer> => ({
  clientId: settings.clientId,
  bootstrapBrokers: [...settings.brokers],
  ...KafkaSecurity.ofProducer(settings),
  idempotent: true,
  autocreateTopics: false,
  retries: RETRIES,
  retryDelay: RETRY_DELAY,
  // Repeating with cleared metadata would lose the errors of the earlier attempts.
  repeatOnStaleMetadata: false,
  metadataMaxAge: METADATA_MAX_AGE,
  timeout: REQUEST_TIMEOUT,
  requestTimeout: REQUEST_TIMEOUT,
  connectTimeout: CONNECT_TIMEOUT
})

/** Makes a client, which connects when it is first used. */
export type Connect = (settings: KafkaSettings) => Client
/** How clients are made. A gateway that warms up has others, which lead nowhere. */
export const CurrentConnect = Context.Reference<Connect>("@flash-sale/infra/kafka/append/ProducerClient/Connect", {
  defaultValue: () => (settings) => new Producer<Buffer, Buffer, Buffer, Buffer>(options(settings))
})

/** Connects to the leader of the partition, where that is not done yet, and is ready to send there. */
export const prepare = async (client: Client, topic: string, partition: number): Promise<Client> => {
  const { topics, brokers } = await client.metadata({ topics: [topic], forceUpdate: true, retries: 0 })
  const leader = topics.get(topic)?.partitions[partition]?.leader
  if (leader === undefined || !brokers.has(leader)) throw new Error(`${topic}[${partition}] has no leader`)
  await client.connectToBrokers([leader])
  if (client.producerId === undefined) await client.initIdempotentProducer({})
  return client
}

/** A record as the client sends it, with this time where it has none of its own: milliseconds since 1970 (UTC). */
export const message =
  (topic: string, partition: number, time: number) =>
  ({ headers, key, timestamp = time, value }: EncodedRecord): MessageToProduce<Buffer, Buffer, Buffer, Buffer> => ({
    topic,
    partition,
    value,
    headers,
    timestamp: BigInt(timestamp),
    ...(key === undefined ? {} : { key })
  })

/**
 * What stands in for a broker while a gateway warms up: a producer that writes its requests and reads the answers to
 * them, over a connection that leads nowhere. Nothing is appended.
 */
import {
  type Broker,
  type Callback,
  Connection,
  kGetBootstrapConnection,
  kGetConnection,
  Producer,
  Reader,
  type ResponseParser,
  Writer
} from "@platformatic/kafka"
import * as ProducerClient from "../kafka/append/ProducerClient.ts"
import type { KafkaSettings } from "../kafka/client/KafkaSettings.ts"

const BROKER = { nodeId: 1, host: "stand-in", port: 9092, rack: null }
/** Requests by their keys, in the newest versions that the library knows: what it sends to a broker of today. */
const PRODUCE = 0
const METADATA = 3
const API_VERSIONS = 18
const INIT_PRODUCER_ID = 22
const APIS = [
  { apiKey: PRODUCE, name: "Produce", minVersion: 11, maxVersion: 11 },
  { apiKey: METADATA, name: "Metadata", minVersion: 12, maxVersion: 12 },
  { apiKey: INIT_PRODUCER_ID, name: "InitProducerId", minVersion: 5, maxVersion: 5 }
]

/** The answer to a send: appended from this offset on. Nobody looks in which partition. */
const appended = (topic: string, offset: bigint): Buffer =>
  Writer.create().appendArray([topic], (writer) =>
    writer.appendString(topic).appendArray([0], (writer) =>
      writer
        .appendInt32(0)
        .appendInt16(0)
        .appendInt64(offset)
        .appendInt64(-1n)
        .appendInt64(0n)
        .appendArray([], () => {})
        .appendString(null)))
    .appendInt32(0)
    .appendTaggedFields()
    .buffer

/** A partition that the one broker leads. */
const leaderOf = (partitionIndex: number) => ({
  errorCode: 0,
  partitionIndex,
  leaderId: BROKER.nodeId,
  leaderEpoch: 0,
  replicaNodes: [BROKER.nodeId],
  isrNodes: [BROKER.nodeId],
  offlineReplicas: []
})

/** Where a connection would write to its socket. */
const discard = (_: Buffer): void => {}

/** What a connection is given to send: a request, how its answer is read, whether they have tags, and who hears it. */
type SendOf<A> = [
  apiKey: number,
  apiVersion: number,
  createPayload: () => Writer | Promise<Writer>,
  parse: ResponseParser<A>,
  requestTags: boolean,
  answerTags: boolean,
  callback: Callback<A>
]

/** A connection that takes every request, and answers it in the same step. */
class StandInConnection extends Connection {
  readonly #settings: KafkaSettings
  /** The offset of the next send. */
  #offset = 0n

  constructor(settings: KafkaSettings) {
    super(settings.clientId)
    this.#settings = settings
  }

  override send<A>(...[apiKey, apiVersion, createPayload, parse, , , callback]: SendOf<A>): void {
    const payload = createPayload()
    if (apiKey !== PRODUCE || payload instanceof Promise) return callback(null, this.#answerTo(apiKey) as A)
    discard(payload.prependLength().buffer)
    const bytes = appended(this.#settings.ordersTopic, this.#offset++)
    callback(null, parse(0, apiKey, apiVersion, Reader.from(bytes)) as A)
  }

  #answerTo(apiKey: number): unknown {
    const { ordersTopic, partitions } = this.#settings
    switch (apiKey) {
      case API_VERSIONS:
        return { errorCode: 0, apiKeys: APIS, throttleTimeMs: 0 }
      case METADATA:
        return {
          throttleTimeMs: 0,
          brokers: [BROKER],
          clusterId: null,
          controllerId: BROKER.nodeId,
          topics: [{
            errorCode: 0,
            name: ordersTopic,
            topicId: ordersTopic,
            isInternal: false,
            partitions: Array.from({ length: partitions }, (_, index) => leaderOf(index)),
            topicAuthorizedOperations: 0
          }]
        }
      case INIT_PRODUCER_ID:
        return { throttleTimeMs: 0, errorCode: 0, producerId: 1n, producerEpoch: 0 }
      default:
        throw new Error(`a stand-in of Kafka was asked for ${apiKey}`)
    }
  }
}

class StandInProducer extends Producer<Buffer, Buffer, Buffer, Buffer> {
  readonly #connection: Connection

  constructor(settings: KafkaSettings) {
    super(ProducerClient.options(settings))
    this.#connection = new StandInConnection(settings)
  }

  override isConnected(): boolean {
    return true
  }
  override [kGetConnection](_: Broker, callback: Callback<Connection>): void {
    callback(null, this.#connection)
  }
  override [kGetBootstrapConnection](callback: Callback<Connection>): void {
    callback(null, this.#connection)
  }
}

export const connect: ProducerClient.Connect = (settings) => new StandInProducer(settings)

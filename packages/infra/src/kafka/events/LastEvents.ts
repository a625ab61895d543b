/**
 * What the last event of a partition says. Read by its offset and outside of any group: joining one takes seconds, and
 * a processor that starts waits for the answer.
 */
import { NEXT_HEADER } from "@flash-sale/domain/ports/OrderEvents"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Consumer } from "@platformatic/kafka"
import { Effect, Exit, type Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import { messageOf } from "../../errors/MessageOf.ts"
import { MAX_BATCH_BYTES } from "../append/Appender.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as KafkaSecurity from "../client/KafkaSecurity.ts"
import { ADMIN_TIMEOUT, CONNECT_TIMEOUT, type KafkaSettings, REQUEST_TIMEOUT } from "../client/KafkaSettings.ts"
import * as TopicMetadata from "../client/TopicMetadata.ts"

/** Attempts after the first at one request, and the milliseconds between them. */
const RETRIES = 2
const RETRY_DELAY = 200
/** How long a fetch waits for its record, in milliseconds: it is there. */
const FETCH_WAIT = 100
/** A batch comes as a whole: the largest that is sent, with what frames it. */
const FETCH_BYTES = MAX_BATCH_BYTES + 64 * 1024
/** Partitions that may wait for an answer, and that one connection asks for. */
const WAITING = 20_000
const ASKED_AT_ONCE = 100

type Told = Offset | undefined

/** A client that joins no group: the library asks for the name of one. */
const connect = (settings: KafkaSettings, topic: string) => {
  const client = new Consumer({
    clientId: settings.clientId,
    groupId: `${topic}-last`,
    bootstrapBrokers: [...settings.brokers],
    ...KafkaSecurity.ofProducer(settings),
    autocreateTopics: false,
    retries: RETRIES,
    retryDelay: RETRY_DELAY,
    timeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT
  })
  client.topics.track(topic)
  return client
}

const NEXT = /^\d{1,15}$/

/** The header `next` of the record at this offset. Throws where it has none: another program wrote it. */
const nextOf = async (client: Consumer, topic: string, partition: number, offset: bigint): Promise<Offset> => {
  const found = (await client.metadata({ topics: [topic] })).topics.get(topic)
  const { leader = -1, leaderEpoch = -1 } = found?.partitions[partition] ?? {}
  const { responses } = await client.fetch({
    node: leader,
    maxWaitTime: FETCH_WAIT,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    topics: [{
      topicId: found?.id ?? "",
      partitions: [{
        partition,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset: offset,
        lastFetchedEpoch: -1,
        partitionMaxBytes: FETCH_BYTES
      }]
    }]
  })
  const batches = responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []))
  for (const { firstOffset, records } of batches) {
    const record = records.find(({ offsetDelta }) => firstOffset + BigInt(offsetDelta) === offset)
    const header = record?.headers.find(([name]) => name?.toString() === NEXT_HEADER)?.[1]?.toString()
    if (header !== undefined && NEXT.test(header)) return Offset.make(Number(header))
    if (record !== undefined) throw new Error(`the event at ${offset} of ${topic}[${partition}] has no header next`)
  }
  throw new Error(`the event at ${offset} of ${topic}[${partition}] did not come`)
}

/** Asks for one partition after the other, over a connection that is closed then. */
const ask = (
  { settings }: KafkaClient["Service"],
  topic: string,
  wanted: ReadonlyArray<{ readonly partition: number; readonly last: bigint | undefined }>
): Effect.Effect<ReadonlyArray<Exit.Exit<Told, LogUnavailable>>, LogUnavailable> => {
  const failed = (why: unknown) => new LogUnavailable({ detail: `Kafka: reading ${topic}: ${messageOf(why)}` })
  return Effect.tryPromise({
    try: async () => {
      const client = connect(settings, topic)
      try {
        const answers: Array<Exit.Exit<Told, LogUnavailable>> = []
        for (const { last, partition } of wanted) {
          answers.push(
            last === undefined
              ? Exit.succeed(undefined)
              : await nextOf(client, topic, partition, last).then(Exit.succeed, (error) => Exit.fail(failed(error)))
          )
        }
        return answers
      } finally {
        await client.close()
      }
    },
    catch: failed
  }).pipe(
    Effect.timeoutOrElse({
      duration: ADMIN_TIMEOUT,
      orElse: () => Effect.fail(failed(`no answer within ${ADMIN_TIMEOUT}`))
    })
  )
}

/** How far everything is told, as the last event of a partition says. Those who ask at once share a connection. */
export const make = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string
): Effect.fn.Return<(partition: PartitionId) => Effect.Effect<Told, LogUnavailable>, never, Scope.Scope> {
  const line = yield* BatchLine.make<PartitionId, Told, LogUnavailable>({
    name: `last of ${topic}`,
    capacity: WAITING,
    batchSize: ASKED_AT_ONCE,
    handle: Effect.fnUntraced(function*(partitions) {
      const boundsOf = yield* TopicMetadata.allBounds(client, topic)
      const wanted = yield* Effect.forEach(
        partitions,
        (partition) =>
          Effect.map(boundsOf(partition), ({ end, start }) => ({
            partition,
            last: end > start ? BigInt(end - 1) : undefined
          }))
      )
      return yield* ask(client, topic, wanted)
    })
  })
  return (partition) =>
    Effect.catchTag(
      line.ask(partition),
      "LineFull",
      () => new LogUnavailable({ detail: `Kafka: ${topic}: too many wait for their last event` })
    )
})

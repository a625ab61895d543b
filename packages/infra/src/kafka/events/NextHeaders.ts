/** The header `next` of records, read by their offsets and outside of any group: joining one takes seconds. */
import { NEXT_HEADER, nextIn } from "@flash-sale/domain/ports/OrderEvents"
import type { PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Consumer } from "@platformatic/kafka"
import { MAX_BATCH_BYTES } from "../append/Appender.ts"
import * as KafkaSecurity from "../client/KafkaSecurity.ts"
import { CONNECT_TIMEOUT, type KafkaSettings, REQUEST_TIMEOUT } from "../client/KafkaSettings.ts"

/** Attempts after the first at one request, and the milliseconds between them. */
const RETRIES = 2
const RETRY_DELAY = 200
/** How long a fetch waits for its record, in milliseconds: it is there. */
const FETCH_WAIT = 100
/** A batch comes as a whole: the largest that is sent, with what frames it. */
const FETCH_BYTES = MAX_BATCH_BYTES + 64 * 1024
/** How many records from the end on may be another program's. */
const LOOKED_BACK = 20

/** How far everything is told; undefined where no event says so. */
export type Told = Offset | undefined

/** A partition that is asked for, with its bounds. */
export interface Wanted extends PartitionBounds {
  readonly partition: PartitionId
}

/** A client that joins no group: the library asks for the name of one. */
export const connect = (settings: KafkaSettings, topic: string) => {
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

/** The header `next` of the record at this offset; undefined where it has none: another program wrote it. */
const nextOf = async (client: Consumer, topic: string, partition: number, offset: bigint): Promise<Told> => {
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
    const next = nextIn(header)
    if (next !== undefined) return next
    if (record !== undefined) return undefined
  }
  throw new Error(`the record at ${offset} of ${topic}[${partition}] did not come`)
}

/** What the last event says: that is the last record, unless another program writes to the topic. */
export const lastOf = async (client: Consumer, topic: string, { end, partition, start }: Wanted): Promise<Told> => {
  const from = Math.max(start, end - LOOKED_BACK)
  for (let offset = end - 1; offset >= from; offset--) {
    const next = await nextOf(client, topic, partition, BigInt(offset))
    if (next !== undefined) return next
  }
  if (from === start) return undefined
  throw new Error(`none of the last ${LOOKED_BACK} records of ${topic}[${partition}] is an event: who writes to it?`)
}

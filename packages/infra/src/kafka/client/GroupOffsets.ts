/**
 * Setting where the processors' group goes on in a topic, from outside of the group: the brokers refuse that while it
 * has members.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Admin } from "@platformatic/kafka"
import { Effect } from "effect"
import { messageOf } from "../../errors/MessageOf.ts"
import type { KafkaClient } from "./KafkaClient.ts"
import * as KafkaSecurity from "./KafkaSecurity.ts"
import { ADMIN_TIMEOUT, CONNECT_TIMEOUT, REQUEST_TIMEOUT } from "./KafkaSettings.ts"

/** Attempts after the first, and the milliseconds between them. */
const RETRIES = 2
const RETRY_DELAY = 200

/** The offsets are those of the partitions from 0 on. */
export const set = (
  { settings }: KafkaClient["Service"],
  topic: string,
  offsets: ReadonlyArray<number>
): Effect.Effect<void, LogUnavailable> => {
  const commit = async (): Promise<void> => {
    const admin = new Admin({
      clientId: settings.clientId,
      bootstrapBrokers: [...settings.brokers],
      ...KafkaSecurity.ofProducer(settings),
      retries: RETRIES,
      retryDelay: RETRY_DELAY,
      timeout: REQUEST_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      connectTimeout: CONNECT_TIMEOUT
    })
    try {
      const partitionOffsets = offsets.map((offset, partition) => ({ partition, offset: BigInt(offset) }))
      await admin.alterConsumerGroupOffsets({ groupId: settings.group, topics: [{ name: topic, partitionOffsets }] })
    } finally {
      await admin.close()
    }
  }
  const failed = (why: string) =>
    new LogUnavailable({ detail: `Kafka: the offsets of ${settings.group} in ${topic} were not set: ${why}` })
  return Effect.tryPromise({ try: commit, catch: (error) => failed(messageOf(error)) }).pipe(
    Effect.timeoutOrElse({
      duration: ADMIN_TIMEOUT,
      orElse: () => Effect.fail(failed(`no answer within ${ADMIN_TIMEOUT}`))
    })
  )
}

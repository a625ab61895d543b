/** A log in which somebody's transactional producer has left a marker: an offset that no record has. */
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import { Effect, Schedule } from "effect"
import { Kafka, logLevel } from "kafkajs"
import { randomUUID } from "node:crypto"

const often = Schedule.spaced("20 millis")

/** Appends one record in a transaction, and answers with the offset of the marker that ends it, once that is there. */
export const mark = Effect.fnUntraced(
  function*({ brokers, ordersTopic }: KafkaSettings, partition: number, topic = ordersTopic) {
    const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
    const marker = yield* Effect.promise(async () => {
      const producer = kafka.producer({
        transactionalId: `marker-${randomUUID()}`,
        idempotent: true,
        maxInFlightRequests: 1
      })
      await producer.connect()
      const transaction = await producer.transaction()
      const sent = await transaction.send({ topic, messages: [{ partition, key: "x", value: "{}" }] })
      await transaction.commit()
      await producer.disconnect()
      return Number(sent[0]!.baseOffset) + 1
    })
    const admin = kafka.admin()
    yield* Effect.promise(() => admin.connect())
    // The coordinator answers before it has written the marker.
    yield* Effect.promise(() => admin.fetchTopicOffsets(topic)).pipe(
      Effect.repeat({
        schedule: often,
        until: (ends) => ends.some((end) => end.partition === partition && Number(end.high) > marker)
      })
    )
    yield* Effect.promise(() => admin.disconnect())
    return marker
  }
)

/** The log's copy in another topic of Kafka. */
import { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import { Effect, Layer, Schedule } from "effect"
import { encode, type EncodedRecord } from "./append/EncodedRecord.ts"
import * as Senders from "./append/Senders.ts"
import * as GroupOffsets from "./client/GroupOffsets.ts"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as DeadLetterRecords from "./letters/DeadLetterRecords.ts"
import * as KnownLetters from "./letters/KnownLetters.ts"
import * as Evidence from "./topics/Evidence.ts"
import * as TopicCreation from "./topics/TopicCreation.ts"

/** Letters and handlings go to the first partition of their topic. */
const LETTERS_PARTITION = 0
/** How often what was surely not written is sent again, and the wait between. */
const untilSent = { schedule: Schedule.spaced("500 millis"), times: 20 }

/** `topic` is the name of the copy; the log is that of the client's settings. */
export const layer = (topic: string): Layer.Layer<LogCopy, never, KafkaClient> =>
  Layer.effect(
    LogCopy,
    Effect.gen(function*() {
      const client = yield* KafkaClient
      const { settings } = client
      const senderOf = yield* Senders.make(settings)

      /** One send after the other, each as large as a broker takes. What is refused is sent again. */
      const send = Effect.fnUntraced(function*(name: string, partition: number, records: ReadonlyArray<EncodedRecord>) {
        const sender = yield* senderOf(name, partition)
        let first: number | undefined
        for (const batch of Senders.batches(records, settings)) {
          const offset = yield* Effect.retry(sender.send(batch), {
            ...untilSent,
            while: ({ _tag }) => _tag === "AppendRefused"
          })
          first ??= offset
        }
        return first
      })

      const found = Effect.gen(function*() {
        const partitions = yield* Evidence.partitionsOf(client, topic)
        if (partitions === undefined) return undefined
        const bounds = yield* client.ask("bounds", (admin) => TopicMetadata.boundsOf(admin, topic))
        return { partitions, records: bounds.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0) }
      })

      return LogCopy.of({
        topic,
        members: client.ask("the group's members", (admin) => admin.describeGroups([settings.group])).pipe(
          Effect.map(({ groups }) => groups.reduce((sum, { members }) => sum + members.length, 0))
        ),
        sourcePartitions: Evidence.partitionsOf(client, settings.ordersTopic),
        noted: Effect.map(Evidence.inGroup(client), (all) => all.map(({ partitions }) => partitions)),
        found,
        create: (partitions) => TopicCreation.createCopy(client, topic, partitions),
        append: (partition, records) =>
          Effect.flatMap(send(topic, partition, records.map(encode)), (first) =>
            first === undefined
              ? Effect.die(new Error("a copy appends one record or more"))
              : Effect.succeed(first)),
        letters: KnownLetters.read(client, topic),
        handle: (handlings) =>
          Effect.asVoid(send(
            settings.deadLettersTopic,
            LETTERS_PARTITION,
            handlings.map((handling) => encode(DeadLetterRecords.ofHandling(handling, settings.ordersTopic)))
          )),
        commit: (offsets) => GroupOffsets.set(client, topic, offsets)
      })
    })
  )

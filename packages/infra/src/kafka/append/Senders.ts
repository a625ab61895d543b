/** Sends for those who wait for each of their sends themselves: no queue, and the records of one caller in order. */
import * as Chunks from "@flash-sale/domain/records/Chunks"
import { Effect, Scope } from "effect"
import type { KafkaSettings } from "../client/KafkaSettings.ts"
import { MAX_BATCH_BYTES } from "./Appender.ts"
import { type EncodedRecord, sizeOf } from "./EncodedRecord.ts"
import * as PartitionSender from "./PartitionSender.ts"

/** The sender of a partition, made when it is first asked for. Used by one caller at a time. */
export type Senders = (topic: string, partition: number) => Effect.Effect<PartitionSender.PartitionSender>

/** Connections are closed with the scope. */
export const make = Effect.fnUntraced(function*(
  settings: KafkaSettings
): Effect.fn.Return<Senders, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const shared = yield* PartitionSender.shared(settings)
  const senders = new Map<string, PartitionSender.PartitionSender>()
  return Effect.fnUntraced(function*(topic, partition) {
    const key = `${topic}/${partition}`
    const there = senders.get(key)
    if (there !== undefined) return there
    const made = PartitionSender.make(shared, topic, partition)
    senders.set(key, made)
    yield* Scope.addFinalizer(scope, made.close)
    return made
  })
})

/** The records as a broker takes them at once: bounded in bytes and in number. */
export const batches = (
  records: ReadonlyArray<EncodedRecord>,
  { batchSize }: Pick<KafkaSettings, "batchSize">
): ReadonlyArray<ReadonlyArray<EncodedRecord>> => {
  const least = MAX_BATCH_BYTES / batchSize
  return Chunks.of(records, MAX_BATCH_BYTES, (record) => Math.max(least, sizeOf(record)))
}

/** Appending events: one call for a partition at a time, and one send after the other. */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Metric, type Scope, Semaphore } from "effect"
import * as ExpiringSlots from "../../actor/ExpiringSlots.ts"
import * as AppendTelemetry from "../../observability/metrics/AppendTelemetry.ts"
import * as EventMetrics from "../../observability/metrics/EventMetrics.ts"
import { encode } from "../append/EncodedRecord.ts"
import * as Senders from "../append/Senders.ts"
import type { Appendable } from "../client/KafkaRecords.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"

/** Partitions that send at once, as in `Appender`: the events of the others gather meanwhile. */
const SENDS_AT_ONCE = 2
const SEND_COUNTS_FOR = "20 millis"

export interface EventAppends {
  /**
   * Appends the records in their order. Where it fails nothing is sent after the records that failed; those before them
   * are there, and they may be.
   */
  readonly append: (partition: PartitionId, records: ReadonlyArray<Appendable>) => Effect.Effect<void, LogUnavailable>
  /** Why the last append of some partition failed; undefined where it did not. */
  readonly trouble: () => string | undefined
}

export const make = Effect.fnUntraced(function*(
  settings: KafkaSettings,
  topic: string
): Effect.fn.Return<EventAppends, never, Scope.Scope> {
  const senderOf = yield* Senders.make(settings)
  const observe = yield* AppendTelemetry.make
  const slots = yield* ExpiringSlots.make(SENDS_AT_ONCE, SEND_COUNTS_FOR)
  const turns = new Map<PartitionId, Semaphore.Semaphore>()
  const troubles = new Map<PartitionId, string>()

  const turnOf = (partition: PartitionId): Semaphore.Semaphore => {
    const known = turns.get(partition)
    if (known !== undefined) return known
    const made = Semaphore.makeUnsafe(1)
    turns.set(partition, made)
    return made
  }

  const send = Effect.fnUntraced(function*(partition: PartitionId, records: ReadonlyArray<Appendable>) {
    const sender = yield* senderOf(topic, partition)
    for (const batch of Senders.batches(records.map(encode), settings)) {
      yield* slots.within(observe(topic, partition, batch, sender.send(batch)))
      yield* Metric.update(EventMetrics.told, batch.length)
    }
    troubles.delete(partition)
  })

  return {
    append: (partition, records) =>
      turnOf(partition).withPermits(1)(send(partition, records)).pipe(
        Effect.mapError(({ detail }) => new LogUnavailable({ detail })),
        Effect.tapError(({ detail }) => Effect.sync(() => void troubles.set(partition, detail)))
      ),
    trouble: () => troubles.values().next().value
  }
})

/** Workers that hand over what they take from the embedded log. */
import type { OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Queue } from "effect"

/** Hands what the partition has to the queue, from its beginning and at most `max` at once, until it is to return. */
export const taking =
  (partition: PartitionId, max: number, queue: Queue.Queue<LogRecord>) =>
  (owned: OwnedPartition): Effect.Effect<void> =>
    owned.partition === partition
      ? Effect.gen(function*() {
        yield* owned.seek(Offset.make(0))
        while (true) yield* Queue.offerAll(queue, yield* owned.take(max))
      }).pipe(Effect.orDie, Effect.raceFirst(owned.revoked))
      : owned.revoked

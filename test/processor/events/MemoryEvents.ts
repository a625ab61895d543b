/** The topic of events in memory: it outlives the processors of a test, and may be away or answer nothing. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Result } from "effect"

export interface ToldEvent {
  readonly partition: PartitionId
  readonly next: Offset
  readonly event: CloudEvent.CloudEvent
  readonly traceparent: string | undefined
}

export const make = () => {
  const it = {
    told: new Array<ToldEvent>(),
    isAway: false,
    /** What is appended is there, and whoever appends it never learns of that. */
    isMute: false,
    /** Calls that were refused. */
    refused: 0
  }
  const refuse = Effect.suspend(() => {
    it.refused++
    return Effect.fail(new LogUnavailable({ detail: "no broker" }))
  })
  const layer = Layer.succeed(OrderEvents, {
    append: (partition, events, next) =>
      Effect.suspend(() => {
        if (it.isAway) return refuse
        for (const { traceparent, value } of events) {
          it.told.push({ partition, next, event: Result.getOrThrow(CloudEvent.read(value)), traceparent })
        }
        return it.isMute ? Effect.never : Effect.void
      }),
    told: (partition) =>
      Effect.suspend(() =>
        it.isAway ? refuse : Effect.succeed(it.told.findLast((event) => event.partition === partition)?.next)
      ),
    bounds: () => Effect.die(new Error("a processor does not ask where its events end")),
    consume: () => Effect.die(new Error("a processor does not consume its events")),
    isUp: Effect.sync(() => !it.isAway),
    warnings: Effect.succeed([])
  })
  return { it, layer }
}

export type MemoryEvents = ReturnType<typeof make>["it"]

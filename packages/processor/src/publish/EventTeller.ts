/**
 * Tells those who listen what the records of a partition have done, at least once and in order. Why that comes before
 * the commit: docs/decisions/0050-order-events.md.
 */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import { EventsTold, type NewEvent, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Clock, Effect, Semaphore } from "effect"
import { type PartitionRun, untilAppended } from "../run/PartitionRun.ts"

export interface EventTeller {
  /** Tells for as long as it takes: where the events are away, whoever waits for it is held up. */
  readonly tell: (events: ReadonlyArray<ItemEvent>) => Effect.Effect<void, PartitionLost>
  /**
   * Tells how far everything is told, where that is further than the last event says. Where the events are away it is
   * told the next time.
   */
  readonly tellPosition: Effect.Effect<void, PartitionLost>
}

const writtenOf = (event: ItemEvent): NewEvent => ({
  itemId: event.data.itemId,
  value: CloudEvent.write(event),
  traceparent: "traceparent" in event.data ? event.data.traceparent : undefined
})

export const make = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "partition" | "settling" | "tellFrom" | "toldUpTo">
): Effect.fn.Return<EventTeller, never, OrderEvents> {
  const events = yield* OrderEvents
  const told = yield* EventsTold
  const { partition } = run
  let toldUpTo = run.toldUpTo
  let isAway = false

  /** Everything before it is told: whatever is final was told before that, and what is earlier still by another run. */
  const next = (): Offset => Offset.make(Math.max(run.tellFrom, run.settling.next()))

  const oneByOne = Semaphore.makeUnsafe(1)
  const append = (some: ReadonlyArray<NewEvent>, upTo: Offset) =>
    oneByOne.withPermit(Effect.map(events.append(partition, some, upTo), () => {
      toldUpTo = Math.max(toldUpTo, upTo)
    }))

  const noteAway = (detail: string) =>
    Effect.suspend(() => {
      if (isAway) return Effect.void
      isAway = true
      return Log.warn(`Partition ${partition}: its events cannot be told, and its orders wait: ${detail}`, {
        event: "events_waiting",
        partition
      })
    })

  const noteBack = Effect.suspend(() => {
    if (!isAway) return Effect.void
    isAway = false
    return Log.info(`Partition ${partition}: its events are told again`, { event: "events_told", partition })
  })

  const tell = Effect.fnUntraced(function*(some: ReadonlyArray<ItemEvent>) {
    if (some.length === 0) return
    const written = some.map(writtenOf)
    yield* Effect.suspend(() => append(written, next())).pipe(
      Effect.tapErrorTag("LogUnavailable", ({ detail }) => noteAway(detail)),
      Effect.retry({ schedule: untilAppended, while: ({ _tag }) => _tag === "LogUnavailable" }),
      Effect.catchTag("LogUnavailable", Effect.die)
    )
    yield* noteBack
  })

  const tellPosition = Effect.gen(function*() {
    const upTo = next()
    if (told === "off" || upTo <= toldUpTo) return
    const value = CloudEvent.writePosition(partition, upTo, yield* Clock.currentTimeMillis)
    yield* append([{ itemId: undefined, value, traceparent: undefined }], upTo)
  }).pipe(Effect.catchTag("LogUnavailable", () => Effect.void))

  return { tell, tellPosition }
})

/** Telling what was decided: statuses, dead letters, counters and log lines. Waits for as long as it takes. */
import { DeadLetters } from "@flash-sale/domain/DeadLetters"
import type { ItemId } from "@flash-sale/domain/Ids"
import type { OrderStatus } from "@flash-sale/domain/OrderStatus"
import { ACCEPTED_KEPT_MILLIS, OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import * as Attributes from "@flash-sale/infra/observability/Attributes"
import * as Metrics from "@flash-sale/infra/observability/Metrics"
import * as Propagation from "@flash-sale/infra/observability/Propagation"
import { Clock, Effect, Metric, Schedule } from "effect"
import type { Finished, Reaction } from "./Reactions.ts"
import { RecoveryNeeded } from "./Worker.ts"

/** Dead letters of one turn that are put at the same time. */
const DEAD_LETTER_CONCURRENCY = 64

/** How long to wait between two tries to put a dead letter. */
const untilPut = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]))

export interface Telling {
  /**
   * Writes what the reactions ask for. `RecoveryNeeded` where the status store is away: the worker waits for it and
   * begins again. Dead letters are put until they are there.
   */
  readonly tell: (itemId: ItemId, reactions: ReadonlyArray<Reaction>) => Effect.Effect<void, RecoveryNeeded>
}

/** Tells of records at or above `tellFrom`; of earlier ones only the statuses that buyers may still ask for. */
export const make = Effect.fnUntraced(function*(
  tellFrom: number
): Effect.fn.Return<Telling, never, OrderStatuses | DeadLetters> {
  const statuses = yield* OrderStatuses
  const deadLetters = yield* DeadLetters

  // Not by when an order became final, which no record says of all of them: by when it was placed, and then for as long
  // as any status is kept.
  const isWanted = ({ status }: Reaction, placedAt: number, now: number): boolean =>
    status?.place === undefined || status.place >= tellFrom || placedAt + ACCEPTED_KEPT_MILLIS > now

  const tell = Effect.fnUntraced(function*(itemId: ItemId, reactions: ReadonlyArray<Reaction>) {
    const now = yield* Clock.currentTimeMillis
    const records = reactions.flatMap((reaction) =>
      reaction.status !== undefined && isWanted(reaction, reaction.placedAt ?? now, now) ? [reaction.status] : []
    )
    const letters = reactions.flatMap((reaction) =>
      reaction.letter !== undefined && reaction.letter.offset >= tellFrom ? [reaction.letter] : []
    )
    if (records.length > 0) {
      yield* Effect.mapError(statuses.write(records), ({ detail }) => new RecoveryNeeded({ why: detail }))
    }
    yield* Effect.forEach(letters, (letter) =>
      Effect.andThen(
        Effect.orDie(Effect.retry(deadLetters.put(letter), { schedule: untilPut })),
        Effect.andThen(
          Metric.update(Metrics.ordersMovedToDlq, 1),
          Effect.logWarning(`Order moved to the DLQ: ${letter.error}`).pipe(
            Attributes.annotate({ event: "order_moved_to_dlq", correlation_id: letter.correlationId, item_id: itemId })
          )
        )
      ), { concurrency: DEAD_LETTER_CONCURRENCY, discard: true })
    for (const reaction of reactions) {
      if (reaction.finished !== undefined && reaction.finished.place >= tellFrom) {
        yield* report(itemId, reaction.finished, now)
      }
    }
  })

  return { tell }
})

const report = Effect.fnUntraced(function*(itemId: ItemId, finished: Finished, now: number) {
  const millis = Math.max(0, now - finished.takenAt)
  yield* Metric.update(Metrics.ordersProcessed, 1)
  yield* Metric.update(counterOf(finished.status), 1)
  yield* Metric.update(Metrics.orderProcessingDuration, millis / 1000)
  yield* Effect.logInfo("Order processed").pipe(
    Attributes.annotate({
      event: "order_processed",
      correlation_id: finished.correlationId,
      item_id: itemId,
      status: finished.status,
      ...(finished.reason === undefined ? {} : { reason: finished.reason }),
      ...(finished.requestId === undefined ? {} : { request_id: finished.requestId }),
      ...Propagation.traceAnnotation(finished.traceparent),
      processing_time_ms: millis
    })
  )
})

const counterOf = (status: OrderStatus) =>
  status === "COMPLETED"
    ? Metrics.ordersProcessedSuccess
    : status === "FAILED_SOLD_OUT"
    ? Metrics.ordersSoldOut
    : Metrics.ordersProcessedFailed

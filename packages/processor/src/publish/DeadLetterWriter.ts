/** Puts the dead letters of a partition, several at the same time, each for as long as it takes. */
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Effect, Metric, Schedule, type Scope, Semaphore } from "effect"
import * as OrderSpans from "../order/OrderSpans.ts"

/** Dead letters of a partition that are put at the same time; further ones make publishing wait. */
const LETTERS_AT_ONCE = 64
/** How long to wait between two attempts to put a dead letter. */
const untilPut = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]))

export interface LetterToPut {
  readonly itemId: ItemId
  readonly letter: DeadLetter
  readonly traceparent: string | undefined
  readonly onPut: () => void
}

export interface DeadLetterWriter {
  /** Begins to put the letter; waits while too many are being put. */
  readonly put: (letter: LetterToPut) => Effect.Effect<void>
  /** How many are being put. */
  readonly inHand: () => number
}

/** Puts until its scope closes. `guard` says what becomes of a bug in it. */
export const make = Effect.fnUntraced(function*(
  guard: (put: Effect.Effect<void>) => Effect.Effect<void>
): Effect.fn.Return<DeadLetterWriter, never, DeadLetters | Scope.Scope> {
  const deadLetters = yield* DeadLetters
  const recorder = yield* Spans
  const scope = yield* Effect.scope
  const places = yield* Semaphore.make(LETTERS_AT_ONCE)
  let inHand = 0

  const putUntilDone = Effect.fnUntraced(function*({ itemId, letter, onPut, traceparent }: LetterToPut) {
    const span = OrderSpans.beginLetter(recorder, itemId, letter, traceparent)
    yield* Effect.orDie(Effect.retry(deadLetters.put(letter), { schedule: untilPut }))
    span?.end()
    yield* Metric.update(Metrics.ordersMovedToDlq, 1)
    yield* Metric.update(EngineMetrics.lettersPut(letter.error), 1)
    yield* Log.warn(`Order moved to the DLQ: ${letter.error}`, {
      event: "order_moved_to_dlq",
      correlation_id: letter.correlationId,
      ...(letter.requestId === undefined ? {} : { request_id: letter.requestId }),
      item_id: itemId,
      ...Propagation.traceAnnotation(traceparent),
      partition: letter.partition,
      offset: letter.offset
    })
    onPut()
  })

  const leave = Effect.suspend(() => {
    inHand--
    return Semaphore.release(places, 1)
  })

  return {
    put: Effect.fnUntraced(function*(letter) {
      yield* Semaphore.take(places, 1)
      inHand++
      yield* Effect.forkIn(Effect.ensuring(guard(putUntilDone(letter)), leave), scope)
    }),
    inHand: () => inHand
  }
})

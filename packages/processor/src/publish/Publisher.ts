/**
 * Telling what the items of a partition have decided: statuses, dead letters, counters and log lines.
 *
 * **Details**: what several turns decided is told together, and items go on folding meanwhile, as far as the line holds.
 */
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { ACCEPTED_KEPT_MILLIS, OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Clock, Effect, Metric, Queue, Schedule, type Scope, Semaphore } from "effect"
import type { Action } from "../order/Action.ts"
import * as OrderSpans from "../order/OrderSpans.ts"
import { type PartitionRun, RecoveryNeeded, unlessFailed } from "../run/PartitionRun.ts"
import * as DeferredStatuses from "./DeferredStatuses.ts"
import * as OutcomeTelemetry from "./OutcomeTelemetry.ts"

/**
 * Turns of a partition's items that may wait to be told; then items wait. With those in hand they are fewer orders than an
 * item remembers to have turned away, or one could be forgotten before it is told.
 */
export const RESULTS_WAITING = 16
/** Dead letters of a partition that are put at the same time; then telling waits. */
const LETTERS_AT_ONCE = 64
/** How long to wait between two tries to put a dead letter. */
const untilPut = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]))

/** What one result of an item asks to be told. */
export interface FoldResult {
  readonly itemId: ItemId
  readonly actions: ReadonlyArray<Action>
  /** Hears of offsets whose answers the store need not keep any more. */
  readonly onPublished: (offset: number) => void
}

export interface Publisher {
  /** Takes a result in, perhaps after a wait. It is told for as long as it takes; where the store is away, the run ends. */
  readonly publish: (result: FoldResult) => Effect.Effect<void>
  /** Nothing is waiting or being told. */
  readonly isQuiet: () => boolean
}

/** Tells of records at or above `run.tellFrom`; of earlier ones only the statuses that buyers may still ask for. */
export const make = Effect.fnUntraced(function*(
  run: PartitionRun
): Effect.fn.Return<Publisher, never, OrderStatuses | DeadLetters | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const scope = yield* Effect.scope
  const putLetter = yield* letterPutting
  const telemetry = yield* OutcomeTelemetry.make
  const results = yield* Queue.bounded<FoldResult>(RESULTS_WAITING)
  const places = yield* Semaphore.make(LETTERS_AT_ONCE)
  let inHand = 0
  let lettersInHand = 0

  const loudly = unlessFailed(run, "telling")

  const write = (records: ReadonlyArray<StatusRecord>): Effect.Effect<void, RecoveryNeeded> =>
    records.length === 0
      ? Effect.void
      : Effect.mapError(statuses.write(records), ({ detail }: StoreUnavailable) => new RecoveryNeeded({ why: detail }))

  const deferred = yield* DeferredStatuses.make(
    (records) => loudly(write(records)),
    () => inHand > 0 || Queue.sizeUnsafe(results) > 0
  )

  /** Whether the status is told, or buyers may still ask for it: judged by when the order was placed. */
  const isWanted = ({ placedAtOffset, placedAt }: Action, now: number): boolean =>
    placedAtOffset === undefined || placedAtOffset >= run.publishFrom || (placedAt ?? now) + ACCEPTED_KEPT_MILLIS > now

  /** The statuses to write now. Those that can wait are noted. */
  const statusesOf = (batch: ReadonlyArray<FoldResult>, now: number): ReadonlyArray<StatusRecord> => {
    const records: Array<StatusRecord> = []
    for (const { actions } of batch) {
      for (const action of actions) {
        const { held, placedAtOffset, status } = action
        if ((status ?? held) === undefined || !isWanted(action, now)) continue
        if (held !== undefined) deferred.defer(held)
        if (status === undefined) continue
        if (placedAtOffset !== undefined) deferred.supersede(placedAtOffset)
        records.push(status)
      }
    }
    return records
  }

  const finish = ({ onPublished }: FoldResult, { done, published }: Action): void => {
    if (done !== undefined) run.settling.done(done)
    if (published !== undefined) onPublished(published)
  }

  /** A letter is put until it is there; only then is its record done. */
  const startLetter = Effect.fnUntraced(function*(result: FoldResult, action: Action, letter: DeadLetter) {
    yield* Semaphore.take(places, 1)
    lettersInHand++
    const put = Effect.map(putLetter(result.itemId, letter, action.finished?.traceparent), () => finish(result, action))
    const leave = Effect.suspend(() => {
      lettersInHand--
      return Semaphore.release(places, 1)
    })
    yield* Effect.forkIn(Effect.ensuring(loudly(put), leave), scope)
  })

  const publishAll = Effect.fnUntraced(function*(batch: ReadonlyArray<FoldResult>) {
    const now = yield* Clock.currentTimeMillis
    yield* write(statusesOf(batch, now))
    for (const result of batch) {
      for (const action of result.actions) {
        const { letter } = action
        if (letter !== undefined && letter.offset >= run.publishFrom) yield* startLetter(result, action, letter)
        else finish(result, action)
      }
      telemetry.report(result.itemId, result.actions, run.publishFrom, now)
    }
  })

  const serve = Effect.gen(function*() {
    inHand = 0
    const batch = yield* Queue.takeBetween(results, 1, RESULTS_WAITING)
    inHand = batch.length
    yield* publishAll(batch)
  })
  yield* Effect.forkScoped(loudly(Effect.forever(serve)))

  return {
    publish: (result) => Effect.asVoid(Queue.offer(results, result)),
    isQuiet: () => Queue.sizeUnsafe(results) === 0 && inHand === 0 && lettersInHand === 0
  }
})

const letterPutting = Effect.map(
  Effect.all([DeadLetters, Spans]),
  ([deadLetters, recorder]) => (itemId: ItemId, letter: DeadLetter, traceparent: string | undefined) =>
    Effect.gen(function*() {
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
    })
)

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
import type { Reaction } from "../order/Actions.ts"
import * as OrderSpans from "../order/OrderSpans.ts"
import { RecoveryNeeded, type Run, unlessFailed } from "../run/PartitionRun.ts"
import * as DeferredStatuses from "./DeferredStatuses.ts"
import * as OutcomeTelemetry from "./OutcomeTelemetry.ts"

/**
 * Turns of a partition's items that may wait to be told; then items wait. With those in hand they are fewer orders than an
 * item remembers to have turned away, or one could be forgotten before it is told.
 */
export const TURNS_WAITING = 16
/** Dead letters of a partition that are put at the same time; then telling waits. */
const LETTERS_AT_ONCE = 64
/** How long to wait between two tries to put a dead letter. */
const untilPut = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]))

/** What one turn of an item asks to be told. */
export interface Turn {
  readonly itemId: ItemId
  readonly reactions: ReadonlyArray<Reaction>
  /** Hears of offsets whose answers the store need not keep any more. */
  readonly onTold: (offset: number) => void
}

export interface Telling {
  /** Takes a turn in, perhaps after a wait. It is told for as long as it takes; where the store is away, the run ends. */
  readonly tell: (turn: Turn) => Effect.Effect<void>
  /** Nothing is waiting or being told. */
  readonly isQuiet: () => boolean
}

/** Tells of records at or above `run.tellFrom`; of earlier ones only the statuses that buyers may still ask for. */
export const make = Effect.fnUntraced(function*(
  run: Run
): Effect.fn.Return<Telling, never, OrderStatuses | DeadLetters | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const scope = yield* Effect.scope
  const putLetter = yield* letterPutting
  const accounts = yield* OutcomeTelemetry.make
  const turns = yield* Queue.bounded<Turn>(TURNS_WAITING)
  const places = yield* Semaphore.make(LETTERS_AT_ONCE)
  let inHand = 0
  let lettersInHand = 0

  const loudly = unlessFailed(run, "telling")

  const write = (records: ReadonlyArray<StatusRecord>): Effect.Effect<void, RecoveryNeeded> =>
    records.length === 0
      ? Effect.void
      : Effect.mapError(statuses.write(records), ({ detail }: StoreUnavailable) => new RecoveryNeeded({ why: detail }))

  const later = yield* DeferredStatuses.make(
    (records) => loudly(write(records)),
    () => inHand > 0 || Queue.sizeUnsafe(turns) > 0
  )

  /** Whether the status is told, or buyers may still ask for it: judged by when the order was placed. */
  const isWanted = ({ place, placedAt }: Reaction, now: number): boolean =>
    place === undefined || place >= run.tellFrom || (placedAt ?? now) + ACCEPTED_KEPT_MILLIS > now

  /** The statuses to write now. Those that can wait are noted. */
  const statusesOf = (batch: ReadonlyArray<Turn>, now: number): ReadonlyArray<StatusRecord> => {
    const records: Array<StatusRecord> = []
    for (const { reactions } of batch) {
      for (const reaction of reactions) {
        const { held, place, status } = reaction
        if ((status ?? held) === undefined || !isWanted(reaction, now)) continue
        if (held !== undefined) later.wait(held)
        if (status === undefined) continue
        if (place !== undefined) later.overtake(place)
        records.push(status)
      }
    }
    return records
  }

  const finish = ({ onTold }: Turn, { done, told }: Reaction): void => {
    if (done !== undefined) run.settling.done(done)
    if (told !== undefined) onTold(told)
  }

  /** A letter is put until it is there; only then is its record done. */
  const startLetter = Effect.fnUntraced(function*(turn: Turn, reaction: Reaction, letter: DeadLetter) {
    yield* Semaphore.take(places, 1)
    lettersInHand++
    const put = Effect.map(putLetter(turn.itemId, letter, reaction.finished?.traceparent), () => finish(turn, reaction))
    const leave = Effect.suspend(() => {
      lettersInHand--
      return Semaphore.release(places, 1)
    })
    yield* Effect.forkIn(Effect.ensuring(loudly(put), leave), scope)
  })

  const tellAll = Effect.fnUntraced(function*(batch: ReadonlyArray<Turn>) {
    const now = yield* Clock.currentTimeMillis
    yield* write(statusesOf(batch, now))
    for (const turn of batch) {
      for (const reaction of turn.reactions) {
        const { letter } = reaction
        if (letter !== undefined && letter.offset >= run.tellFrom) yield* startLetter(turn, reaction, letter)
        else finish(turn, reaction)
      }
      accounts.report(turn.itemId, turn.reactions, run.tellFrom, now)
    }
  })

  const serve = Effect.gen(function*() {
    inHand = 0
    const batch = yield* Queue.takeBetween(turns, 1, TURNS_WAITING)
    inHand = batch.length
    yield* tellAll(batch)
  })
  yield* Effect.forkScoped(loudly(Effect.forever(serve)))

  return {
    tell: (turn) => Effect.asVoid(Queue.offer(turns, turn)),
    isQuiet: () => Queue.sizeUnsafe(turns) === 0 && inHand === 0 && lettersInHand === 0
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

/**
 * Publishes what the items of a partition have decided: statuses, dead letters, counters and log lines.
 *
 * **Details**: the results of several folds are published together, and items go on folding meanwhile, as far as the
 * queue holds: docs/decisions/0018-cost-of-an-order-in-the-processor.md.
 */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderStatuses, retention } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Effect, Queue, type Scope } from "effect"
import type { Action, Amendment } from "../order/Action.ts"
import { type PartitionRun, RecoveryNeeded, unlessFailed } from "../run/PartitionRun.ts"
import * as Amendments from "./Amendments.ts"
import * as DeadLetterWriter from "./DeadLetterWriter.ts"
import * as DeferredStatuses from "./DeferredStatuses.ts"
import * as OutcomeTelemetry from "./OutcomeTelemetry.ts"

/**
 * Results of a partition's items that may wait to be published; then items wait. With those in hand they are fewer
 * orders than an item remembers to have rejected, or one could be forgotten before it is published.
 */
export const RESULTS_WAITING = 16
/** What is to be published of one fold. */
export interface FoldResult {
  readonly itemId: ItemId
  readonly actions: ReadonlyArray<Action>
  /** Is called with each offset whose answer the store need not keep any more. */
  readonly onPublished: (offset: number) => void
}

export interface Publisher {
  /**
   * Takes a result in, perhaps after a wait. Its dead letters are put for as long as it takes; where the store is away,
   * the run ends.
   */
  readonly publish: (result: FoldResult) => Effect.Effect<void>
  /** Nothing is waiting or being published. */
  readonly isQuiet: () => boolean
}

/**
 * Publishes all of records at or above `run.publishFrom`; of earlier ones only the statuses that buyers may still ask
 * for.
 */
export const make = Effect.fnUntraced(function*(
  run: PartitionRun
): Effect.fn.Return<Publisher, never, OrderStatuses | DeadLetters | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const { acceptedMillis } = yield* retention
  const telemetry = yield* OutcomeTelemetry.make
  const results = yield* Queue.bounded<FoldResult>(RESULTS_WAITING)
  let inHand = 0

  const guarded = unlessFailed(run, "publishing")
  const letters = yield* DeadLetterWriter.make(guarded)

  const write = (records: ReadonlyArray<StatusRecord>): Effect.Effect<void, RecoveryNeeded> =>
    records.length === 0
      ? Effect.void
      : Effect.mapError(statuses.write(records), ({ detail }: StoreUnavailable) => new RecoveryNeeded({ why: detail }))

  const deferred = yield* DeferredStatuses.make(
    (records) => guarded(write(records)),
    () => inHand > 0 || Queue.sizeUnsafe(results) > 0
  )

  /** Whether the status is news, or buyers may still ask for it: judged by the age of the record that tells it. */
  const isWanted = ({ toldBy }: Action, now: number): boolean =>
    toldBy === undefined || toldBy.offset >= run.publishFrom || toldBy.timestamp + acceptedMillis > now

  /** The statuses to write now, and those to amend after them. Those that can wait are noted. */
  const statusesOf = (batch: ReadonlyArray<FoldResult>, now: number) => {
    const records: Array<StatusRecord> = []
    const amendments: Array<Amendment> = []
    for (const { actions } of batch) {
      for (const action of actions) {
        const { amendment, held, status } = action
        if ((status ?? held ?? amendment) === undefined || !isWanted(action, now)) continue
        if (amendment !== undefined) amendments.push(amendment)
        if (status === undefined) {
          if (held !== undefined) deferred.defer(held)
          continue
        }
        if (status.placedAtOffset !== undefined) deferred.supersede(status.placedAtOffset)
        records.push(status)
      }
    }
    return { records, amendments }
  }

  const tell = Effect.fnUntraced(function*(batch: ReadonlyArray<FoldResult>, now: number) {
    const { amendments, records } = statusesOf(batch, now)
    yield* write(records)
    if (amendments.length === 0) return
    const amended = Effect.provideService(Amendments.resolve(amendments), OrderStatuses, statuses)
    yield* write(yield* Effect.mapError(amended, ({ detail }) => new RecoveryNeeded({ why: detail })))
  })

  const finish = ({ onPublished }: FoldResult, { done, published }: Action): void => {
    if (done !== undefined) run.settling.done(done)
    if (published !== undefined) onPublished(published)
  }

  const publishAll = Effect.fnUntraced(function*(batch: ReadonlyArray<FoldResult>) {
    const now = { wall: yield* Clock.currentTimeMillis, monotonic: yield* Monotonic.now }
    yield* tell(batch, now.wall)
    for (const result of batch) {
      for (const action of result.actions) {
        const { finished, letter } = action
        if (letter === undefined || letter.offset < run.publishFrom) finish(result, action)
        else {
          // Only once the letter is there its record is done.
          const { itemId } = result
          yield* letters.put({
            itemId,
            letter,
            traceparent: action.letterTrace ?? finished?.traceparent,
            onPut: () => finish(result, action)
          })
        }
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
  yield* Effect.forkScoped(guarded(Effect.forever(serve)))

  return {
    publish: (result) => Effect.asVoid(Queue.offer(results, result)),
    isQuiet: () => Queue.sizeUnsafe(results) === 0 && inHand === 0 && letters.inHand() === 0
  }
})

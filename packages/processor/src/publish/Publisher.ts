/**
 * Publishes what the items of a partition have decided: statuses, events, dead letters, counters and log lines.
 *
 * **Details**: the results of several folds are published together, and items go on folding meanwhile, as far as the
 * queue holds: docs/decisions/0018-cost-of-an-order-in-the-processor.md.
 */
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Effect, Queue, type Scope } from "effect"
import type { Action } from "../order/Action.ts"
import { type PartitionRun, unlessFailed } from "../run/PartitionRun.ts"
import * as DeadLetterWriter from "./DeadLetterWriter.ts"
import type { EventTeller } from "./EventTeller.ts"
import * as OutcomeTelemetry from "./OutcomeTelemetry.ts"
import * as StatusWriter from "./StatusWriter.ts"

/**
 * Results of a partition's items that may wait to be published; then items wait. With those in hand they are fewer
 * orders than an item remembers to have rejected, or one could be forgotten before it is published.
 */
export const RESULTS_WAITING = 16
/** What is to be published of one fold. */
export interface FoldResult {
  readonly itemId: ItemId
  readonly actions: ReadonlyArray<Action>
  readonly events: ReadonlyArray<ItemEvent>
  /** Is called with each offset whose answer the store need not keep any more. */
  readonly onPublished: (offset: number) => void
}

export interface Publisher {
  /**
   * Takes a result in, perhaps after a wait. Its events are told and its dead letters are put for as long as it takes;
   * where the store is away, the run ends.
   */
  readonly publish: (result: FoldResult) => Effect.Effect<void>
  /** Nothing is waiting or being published. */
  readonly isDrained: () => boolean
}

/**
 * Publishes all of records at or above `run.publishFrom`; of earlier ones only the statuses that buyers may still ask
 * for.
 */
export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  teller: EventTeller
): Effect.fn.Return<Publisher, never, OrderStatuses | DeadLetters | Scope.Scope> {
  const telemetry = yield* OutcomeTelemetry.make
  const results = yield* Queue.bounded<FoldResult>(RESULTS_WAITING)
  let inHand = 0

  const guarded = unlessFailed(run, "publishing")
  const letters = yield* DeadLetterWriter.make(guarded)

  const statuses = yield* StatusWriter.make(run, {
    guarded,
    // Folds of many items come in bursts, and between two of them nothing is there to be published.
    isBusy: () => inHand > 0 || Queue.sizeUnsafe(results) > 0 || run.folding.open() > 0
  })

  const finish = ({ onPublished }: FoldResult, { done, published }: Action): void => {
    if (done !== undefined) run.settling.done(done)
    if (published !== undefined) onPublished(published)
  }

  const publishAll = Effect.fnUntraced(function*(batch: ReadonlyArray<FoldResult>) {
    const now = { wall: yield* Clock.currentTimeMillis, monotonic: yield* Monotonic.now }
    const actions = batch.length === 1 ? batch[0]!.actions : batch.flatMap(({ actions }) => actions)
    const events = batch.length === 1 ? batch[0]!.events : batch.flatMap(({ events }) => events)
    // Neither letter nor commit comes before the events are there: a person may act on the one, and the other forgets.
    yield* Effect.all([statuses.write(actions, now.wall), teller.tell(events)], { concurrency: 2, discard: true })
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
    isDrained: () => Queue.sizeUnsafe(results) === 0 && inHand === 0 && letters.inHand() === 0
  }
})

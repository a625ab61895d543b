/**
 * The events of one item, delivered to all its subscribers at this gateway by one reader. Why:
 * docs/decisions/0007-live-streams.md.
 *
 * **Details**: changes are delivered in order and none twice. The feed also reads the item itself: after an event of an
 * operator's change, such as a pause, soon after its start, and now and then. What the events do not hold (how the item
 * is sold, folds that a recovery repeats, an event between the first read and the reader's start) is delivered as a new
 * snapshot. While the item cannot be read subscribers are told so,
 * as what they show is old; the snapshot after it says that this is over.
 */
import type { UnavailableCode } from "@flash-sale/domain/api/Errors"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LiveEvent, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { outlivingBugs, type RunFailed } from "@flash-sale/infra/observability/Background"
import { type Duration, Effect, Queue, Schedule, type Scope, Stream } from "effect"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import type { StoreBreaker } from "../guards/StoreBreaker.ts"
import * as FeedRound from "./FeedRound.ts"
import * as FeedSubscribers from "./FeedSubscribers.ts"
import * as ItemSnapshot from "./ItemSnapshot.ts"
import type { Subscriber } from "./Subscribers.ts"

/** How long after one round of changes the next is delivered: what comes in between is sent together. */
const PACE = "100 millis"
/** How soon after its start the feed reads the item again, how often from then on, and while it cannot be read. */
const FIRST_READ = "1 second"
const READ_EVERY = "5 seconds"
const AWAY_READ_EVERY = "1 second"
const RETRY = Schedule.spaced("1 second").pipe(Schedule.jittered)

export interface ItemFeed {
  /** Delivers every change from now on to this subscriber; returns the snapshot before them. */
  readonly join: (
    subscriber: Subscriber<FeedRound.FeedRound>
  ) => Effect.Effect<string, ItemSnapshot.Unread, Scope.Scope>
  /** The item after everything that was delivered. */
  readonly snapshot: Effect.Effect<string, ItemSnapshot.Unread>
  /** Delivers every change of this order from now on to this subscriber. */
  readonly joinOrder: (
    requestId: RequestId,
    subscriber: Subscriber<FeedSubscribers.Moved>
  ) => Effect.Effect<void, never, Scope.Scope>
}

const codeOf = (error: ItemSnapshot.Unread | RunFailed): UnavailableCode =>
  error._tag === "ItemDamaged" ? "item_stopped" : error._tag === "Unavailable" ? error.code : "store_unavailable"

/** Whether it was no order that changed the item: then somebody may have said how it is sold, which no event holds. */
const isOfOperator = ({ event }: LiveEvent): boolean => event.orders.length === 0

export const make = Effect.fnUntraced(function*(
  itemId: ItemId
): Effect.fn.Return<ItemFeed, never, LiveEvents | ItemStore | PartitionCount | StoreBreaker | Scope.Scope> {
  const live = yield* LiveEvents
  const item = yield* ItemSnapshot.make(itemId)
  const subscribers = FeedSubscribers.make()
  /** Holds one where the item is to be read again at once. */
  const reads = yield* Queue.sliding<undefined>(1)

  const deliver = (events: ReadonlyArray<LiveEvent>): void => {
    item.apply(events)
    if (!subscribers.isEmpty()) subscribers.deliver(FeedRound.ofEvents(events))
    subscribers.deliverMoves(events)
  }
  let isAway = false
  const readAgain = Effect.gen(function*() {
    // Without a subscriber another price is not delivered; the next subscriber reads the item anew.
    if (subscribers.isEmpty()) return yield* item.forget
    const isChanged = yield* item.refresh
    if (isChanged || isAway) subscribers.deliver(FeedRound.ofSnapshot(yield* item.text))
    isAway = false
  }).pipe(
    outlivingBugs("a feed's read of its item"),
    // Told each time: who has come meanwhile has not heard it before.
    Effect.catch((error) =>
      Effect.sync(() => {
        isAway = true
        subscribers.deliver(FeedRound.ofUnavailable(codeOf(error)))
      })
    )
  )
  const following = Effect.suspend(() =>
    Stream.runForEachArray(
      live.follow(itemId, item.lastId()),
      (events) =>
        Effect.sync(() => {
          deliver(events)
          if (events.some(isOfOperator)) Queue.offerUnsafe(reads, undefined)
        }).pipe(Effect.andThen(Effect.sleep(PACE)))
    )
  ).pipe(outlivingBugs("the reader of an item's events"))
  // Begun before anything is read, so that no change in between is missed.
  yield* Effect.forkScoped(Effect.forever(Effect.retry(following, RETRY)), { startImmediately: true })

  /** Until it is time to read the item again, or an event asks for it. */
  const untilRead = (atMost: Duration.Input) => Effect.timeoutOption(Queue.take(reads), atMost)
  const nextRead = Effect.suspend(() => untilRead(isAway ? AWAY_READ_EVERY : READ_EVERY))
  yield* untilRead(FIRST_READ).pipe(
    Effect.andThen(Effect.forever(Effect.andThen(readAgain, nextRead))),
    Effect.forkScoped
  )

  return {
    join: (subscriber) => Effect.andThen(subscribers.add(subscriber), item.text),
    snapshot: item.text,
    joinOrder: subscribers.addOfOrder
  }
})

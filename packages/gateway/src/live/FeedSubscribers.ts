/** The subscribers of one item's feed: to the item, and to single orders for it. Each leaves when its scope closes. */
import type { ItemMoved, LiveEvent } from "@flash-sale/domain/ports/LiveEvents"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { Effect, type Scope } from "effect"
import type { FeedRound } from "./FeedRound.ts"
import type { Subscriber } from "./Subscribers.ts"

/** How one order has moved. */
export type Moved = ItemMoved["orders"][number]

export interface FeedSubscribers {
  readonly add: (subscriber: Subscriber<FeedRound>) => Effect.Effect<void, never, Scope.Scope>
  readonly addOfOrder: (
    requestId: RequestId,
    subscriber: Subscriber<Moved>
  ) => Effect.Effect<void, never, Scope.Scope>
  /** Whether there are no subscribers of the item; there may be subscribers of orders. */
  readonly isEmpty: () => boolean
  /** Delivers a round to the subscribers of the item. */
  readonly deliver: (round: FeedRound) => void
  /** Delivers the moves in these events to the subscribers of their orders. */
  readonly deliverMoves: (events: ReadonlyArray<LiveEvent>) => void
}

export const make = (): FeedSubscribers => {
  const ofItem = new Set<Subscriber<FeedRound>>()
  const ofOrders = new Map<RequestId, Set<Subscriber<Moved>>>()

  const leaveOrder = (requestId: RequestId, subscriber: Subscriber<Moved>): void => {
    const joined = ofOrders.get(requestId)
    joined?.delete(subscriber)
    if (joined?.size === 0) ofOrders.delete(requestId)
  }

  return {
    add: (subscriber) =>
      Effect.asVoid(Effect.acquireRelease(
        Effect.sync(() => ofItem.add(subscriber)),
        () => Effect.sync(() => ofItem.delete(subscriber))
      )),
    addOfOrder: (requestId, subscriber) =>
      Effect.asVoid(Effect.acquireRelease(
        Effect.sync(() => {
          const joined = ofOrders.get(requestId) ?? new Set()
          ofOrders.set(requestId, joined.add(subscriber))
        }),
        () => Effect.sync(() => leaveOrder(requestId, subscriber))
      )),
    isEmpty: () => ofItem.size === 0,
    deliver: (round) => {
      for (const subscriber of ofItem) subscriber.offer(round)
    },
    deliverMoves: (events) => {
      if (ofOrders.size === 0) return
      for (const { event } of events) {
        for (const moved of event.orders) {
          for (const subscriber of ofOrders.get(moved.requestId) ?? []) subscriber.offer(moved)
        }
      }
    }
  }
}

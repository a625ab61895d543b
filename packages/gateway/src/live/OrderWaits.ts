/**
 * Requests that wait for an order (`Prefer: wait`): each is woken by the live stream of the order's item, and reads the
 * order's status then, which is written a moment after its event.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { type Cause, Context, Effect, Layer, Option, Queue, type Scope } from "effect"
import { StatusReads } from "../reads/StatusReads.ts"
import { Shutdown } from "../request/Shutdown.ts"
import type { Moved } from "./FeedSubscribers.ts"
import { ItemFeeds } from "./ItemFeeds.ts"

/** Requests that wait at once; any further one does not wait. */
export const MAX_WAITING = 5_000
/**
 * When the status is read again after a move, in milliseconds; each further pause is twice as long. A wait begins like
 * that as well: the move may have been told already, and its status not be written yet.
 */
const AFTER_MOVE = 20
/** The longest pause, in milliseconds. */
const MAX_PAUSE = 4_000

export class OrderWaits extends Context.Service<OrderWaits, {
  /** The status once it `isDone`; undefined where it is not within so many milliseconds, or too many wait. */
  readonly wait: (
    order: { readonly requestId: RequestId; readonly itemId: ItemId },
    caller: Caller,
    millis: number,
    isDone: (record: StatusRecord) => boolean
  ) => Effect.Effect<StatusRecord | undefined>
  /** Requests that wait now. */
  readonly waiting: () => number
}>()("@flash-sale/gateway/live/OrderWaits") {}

export const layer: Layer.Layer<OrderWaits, never, ItemFeeds | StatusReads | Shutdown> = Layer.effect(
  OrderWaits,
  Effect.gen(function*() {
    const feeds = yield* ItemFeeds
    const statuses = yield* StatusReads
    const { hasBegun } = yield* Shutdown
    const monotonic = yield* Monotonic.reader
    let waiting = 0

    /** The moves of an order, of which the last is enough. */
    const movesOf = Effect.fnUntraced(function*(
      itemId: ItemId,
      requestId: RequestId
    ): Effect.fn.Return<Queue.Dequeue<Moved, Cause.Done>, never, Scope.Scope> {
      const queue = yield* Queue.sliding<Moved, Cause.Done>(1)
      const feed = yield* feeds.get(itemId)
      yield* feed.joinOrder(requestId, {
        queue,
        offer: (moved) => Queue.offerUnsafe(queue, moved),
        end: () => Queue.endUnsafe(queue)
      })
      return queue
    })

    const waitNow: OrderWaits["Service"]["wait"] = Effect.fnUntraced(
      function*({ itemId, requestId }, caller, millis, isDone) {
        const until = monotonic() + millis
        const read = Effect.map(Effect.option(statuses.read(requestId, caller)), Option.getOrUndefined)
        // Before anything is built: what is done already needs no feed.
        const first = yield* read
        if (first !== undefined && isDone(first)) return first
        const moves = yield* movesOf(itemId, requestId)
        let pause = AFTER_MOVE
        while (true) {
          // Only now, so that a change is either in what is read, or among the moves.
          const found = yield* read
          if (found !== undefined && isDone(found)) return found
          const left = until - monotonic()
          if (left <= 0 || hasBegun()) return undefined
          const moved = yield* Effect.timeoutOption(Queue.take(moves), Math.min(left, pause))
          pause = Option.isSome(moved) ? AFTER_MOVE : Math.min(MAX_PAUSE, 2 * pause)
        }
      },
      Effect.orElseSucceed(() => undefined),
      Effect.scoped
    )
    return {
      waiting: () => waiting,
      wait: (order, caller, millis, isDone) =>
        Effect.suspend(() => {
          if (waiting >= MAX_WAITING || hasBegun()) return Effect.undefined
          waiting++
          return Effect.ensuring(waitNow(order, caller, millis, isDone), Effect.sync(() => waiting--))
        })
    }
  })
)

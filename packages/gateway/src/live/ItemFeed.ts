/**
 * What happens to one item, handed to everybody of this gateway who listens: one reader, however many they are.
 *
 * **Details**: changes are told in order and none twice. The feed looks at the item itself as well, soon after its start
 * and now and then: what was never told (another price, the turns that a recovery folds again, an event between a look
 * and the reader's first) is told as a new snapshot.
 */
import { ItemView } from "@flash-sale/domain/api/ItemsApi"
import type { ItemCounts } from "@flash-sale/domain/api/LiveApi"
import { type ItemDamaged, ItemStore, type ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import { type ItemMoved, type LiveEvent, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect, Schedule, Schema, type Scope, Semaphore, Stream } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import * as Views from "../reads/Views.ts"
import * as Sse from "./Sse.ts"
import type { Subscriber } from "./Subscribers.ts"

/** How long after one round of changes the next is told: what comes in between is sent together. */
const PACE = "100 millis"
/** How soon after its start the feed looks again, and how often from then on. */
const FIRST_LOOK = "1 second"
const LOOK_EVERY = Sse.HEARTBEAT
const RETRY = Schedule.spaced("1 second").pipe(Schedule.jittered)

/** Three whole numbers need no codec, and there are many of them. */
const encodeCounts = ({ available, held, sold }: typeof ItemCounts.Type): string =>
  JSON.stringify({ available, held, sold })
const encodeStanding = Schema.encodeSync(Schema.fromJsonString(ItemView))

/** One event of an item as a change. */
export const change = ({ event, id }: LiveEvent): string => Sse.event("change", id, encodeCounts(event))

/** One round: a snapshot, or changes, encoded once for all. */
export interface FeedRound {
  readonly text: string
  /** None where it is a snapshot. */
  readonly events: ReadonlyArray<LiveEvent>
}

type Moved = ItemMoved["orders"][number]
type Unread = Effect.Error<ReturnType<typeof Views.ofItem>> | StoreUnavailable | ItemDamaged

export interface ItemFeed {
  /** Tells this subscriber of every change from now on; returns the snapshot before them. */
  readonly join: (subscriber: Subscriber<FeedRound>) => Effect.Effect<string, Unread, Scope.Scope>
  /** The item as it stands after everything that was told. */
  readonly snapshot: Effect.Effect<string, Unread>
  /** Tells this subscriber of every change of this order from now on. */
  readonly joinOrder: (requestId: RequestId, subscriber: Subscriber<Moved>) => Effect.Effect<void, never, Scope.Scope>
}

export const make = Effect.fnUntraced(function*(
  itemId: ItemId
): Effect.fn.Return<ItemFeed, never, LiveEvents | ItemStore | PartitionCount | Scope.Scope> {
  const live = yield* LiveEvents
  const store = yield* ItemStore
  const partitionCount = yield* PartitionCount
  const subscribers = new Set<Subscriber<FeedRound>>()
  const orders = new Map<RequestId, Set<Subscriber<Moved>>>()
  const looking = yield* Semaphore.make(1)
  let look: ItemSummary | undefined
  let last: string | undefined
  let rounds = 0

  const tellAll = (told: FeedRound): void => {
    for (const subscriber of subscribers) subscriber.offer(told)
  }

  const tell = (events: ReadonlyArray<LiveEvent>): void => {
    const newest = events.at(-1)
    if (newest === undefined) return
    const { available, held, sold } = newest.event
    rounds++
    last = newest.id
    if (look !== undefined) look = { ...look, available, held, sold }
    if (subscribers.size > 0) tellAll({ text: events.map(change).join(""), events })
    if (orders.size === 0) return
    for (const { event } of events) {
      for (const moved of event.orders) {
        for (const subscriber of orders.get(moved.requestId) ?? []) subscriber.offer(moved)
      }
    }
  }

  const reading = Effect.suspend(() =>
    Stream.runForEachArray(
      live.follow(itemId, last),
      (events) => Effect.andThen(Effect.sync(() => tell(events)), Effect.sleep(PACE))
    )
  )
  // Begun before anything else is read, so that what happens meanwhile is heard.
  yield* Effect.forkScoped(Effect.forever(Effect.retry(reading, RETRY)), { startImmediately: true })

  const read = Effect.gen(function*() {
    const before = rounds
    const found = yield* store.read(home(itemId, yield* partitionCount.partitions), itemId)
    // A change that was told while this was read is later than what was read, or as late.
    const { available, held, sold } = look !== undefined && rounds !== before ? look : found
    const next = { ...found, available, held, sold }
    yield* Views.ofItem(itemId, next)
    look = next
  })

  const text = (now: ItemSummary) =>
    Effect.map(Views.ofItem(itemId, now), (standing) => Sse.event("snapshot", last, encodeStanding(standing)))

  const known = looking.withPermits(1)(Effect.suspend(() => look === undefined ? read : Effect.void))
  const snapshot = Effect.andThen(
    known,
    Effect.suspend(() => look === undefined ? Effect.die(new Error("the item was looked at")) : text(look))
  )

  const lookAgain = Effect.gen(function*() {
    if (subscribers.size === 0) {
      // Nobody hears of another price now; who comes next looks for himself.
      look = undefined
      return
    }
    const before = yield* snapshot
    yield* looking.withPermits(1)(read)
    const after = yield* snapshot
    const dataOf = (event: string) => event.slice(event.indexOf("data: "))
    if (dataOf(after) !== dataOf(before)) tellAll({ text: after, events: [] })
  })
  yield* Effect.sleep(FIRST_LOOK).pipe(
    Effect.andThen(Effect.repeat(Effect.ignore(lookAgain), Schedule.spaced(LOOK_EVERY))),
    Effect.forkScoped
  )

  const join = (subscriber: Subscriber<FeedRound>) =>
    Effect.gen(function*() {
      yield* Effect.acquireRelease(
        Effect.sync(() => subscribers.add(subscriber)),
        () => Effect.sync(() => subscribers.delete(subscriber))
      )
      return yield* snapshot
    })

  const joinOrder = (requestId: RequestId, subscriber: Subscriber<Moved>) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const joined = orders.get(requestId) ?? new Set()
        orders.set(requestId, joined.add(subscriber))
      }),
      () =>
        Effect.sync(() => {
          const joined = orders.get(requestId)
          joined?.delete(subscriber)
          if (joined?.size === 0) orders.delete(requestId)
        })
    )

  return { join, snapshot, joinOrder: (requestId, subscriber) => Effect.asVoid(joinOrder(requestId, subscriber)) }
})

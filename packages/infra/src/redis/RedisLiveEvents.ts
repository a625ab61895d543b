/**
 * Live events from Redis Streams. All followers share one connection, which reads the streams of all followed items at
 * once and publishes each event to the followers of its item. Decision 0007.
 */
import { EVENTS_KEPT, type LiveEvent, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Duration, Effect, Latch, Layer, Option, PubSub, RcMap, Schedule, Schema, Stream } from "effect"
import { unavailable, WrongContent } from "./client/WrongContent.ts"
import * as IoRedis from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import * as EventWire from "./wire/EventWire.ts"

/** How long one read waits for new events, in milliseconds. A new follower joins the next read. */
const BLOCK_MILLIS = 200
/** The most events of one item in one answer. */
const PAGE = 100
/** How long an item without followers is still read, for followers that reconnect. */
const IDLE = Duration.seconds(10)
const RETRY = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")]).pipe(Schedule.jittered)

/** Before every event. */
const BEGINNING = "0-0"
const isId = (text: string): boolean => /^\d{1,16}-\d{1,16}$/.test(text)

/** An item with followers: the id of the last event published, and the channel to its followers. */
interface Followed {
  last: string
  readonly live: PubSub.PubSub<LiveEvent>
}

const Fields = Schema.Tuple([Schema.Literal("counts"), Schema.String, Schema.Literal("orders"), Schema.String])
const Entry = Schema.Tuple([Schema.String, Fields])
const decodeEntries = Schema.decodeUnknownEffect(Schema.Array(Entry))
const decodeStreams = Schema.decodeUnknownEffect(
  Schema.NullOr(Schema.Array(Schema.Tuple([Schema.String, Schema.Array(Entry)])))
)

const toEvents = (
  entries: ReadonlyArray<typeof Entry.Type>
): Effect.Effect<ReadonlyArray<LiveEvent>, WrongContent> =>
  Effect.forEach(entries, ([id, [, counts, , orders]]) => {
    const event = EventWire.read(counts, orders)
    return event === undefined
      ? Effect.fail(new WrongContent({ detail: `the live event ${id} cannot be read` }))
      : Effect.succeed({ id, event })
  })

const make = Effect.gen(function*() {
  const shared = yield* IoRedis.IoRedis
  const blocking = yield* IoRedis.make(shared.settings, "events")
  const followed = new Map<string, Followed>()
  const hasFollowers = Latch.makeUnsafe(false)

  const range = (itemId: ItemId, start: string, limit: number) =>
    shared.use((redis) => redis.xrange(Keys.events(itemId), start, "+", "COUNT", limit)).pipe(
      Effect.flatMap(decodeEntries),
      Effect.flatMap(toEvents),
      Effect.mapError(unserved)
    )
  const read = (itemId: ItemId, after: string | undefined, limit: number) =>
    range(itemId, after !== undefined && isId(after) ? `(${after}` : "-", limit)

  const items = yield* RcMap.make({
    idleTimeToLive: IDLE,
    lookup: Effect.fnUntraced(function*(itemId: ItemId) {
      const newest = yield* shared.use((redis) => redis.xrevrange(Keys.events(itemId), "+", "-", "COUNT", 1)).pipe(
        Effect.mapError(unavailable)
      )
      const live = yield* Effect.acquireRelease(PubSub.sliding<LiveEvent>(EVENTS_KEPT), PubSub.shutdown)
      const one: Followed = { last: newest[0]?.[0] ?? BEGINNING, live }
      yield* Effect.acquireRelease(
        Effect.sync(() => followed.set(Keys.events(itemId), one)),
        () => Effect.sync(() => followed.delete(Keys.events(itemId)))
      )
      yield* hasFollowers.open
      return one
    })
  })

  const poll = Effect.gen(function*() {
    if (followed.size === 0) yield* hasFollowers.close
    yield* hasFollowers.await
    const now = Array.from(followed)
    const reply = yield* blocking.use((redis) =>
      redis.xread(
        "COUNT",
        PAGE,
        "BLOCK",
        BLOCK_MILLIS,
        "STREAMS",
        ...now.map(([key]) => key),
        ...now.map(([, { last }]) => last)
      )
    )
    for (const [key, entries] of (yield* decodeStreams(reply)) ?? []) {
      const one = followed.get(key)
      if (one === undefined) continue
      const events = yield* toEvents(entries)
      one.last = events.at(-1)?.id ?? one.last
      yield* PubSub.publishAll(one.live, events)
    }
  })
  yield* Effect.forkScoped(Effect.forever(Effect.retry(poll, RETRY)))

  const follow = (itemId: ItemId, after: string | undefined): Stream.Stream<LiveEvent, StoreUnavailable> =>
    Stream.unwrap(Effect.gen(function*() {
      const one = yield* RcMap.get(items, itemId)
      const live = Stream.fromSubscription(yield* PubSub.subscribe(one.live))
      if (after === undefined) return live
      // Subscribed first and caught up after, so that nothing is missed; events that come twice are filtered out.
      let last = isId(after) ? after : BEGINNING
      const missed = Stream.paginate(last, (from) =>
        Effect.map(read(itemId, from, PAGE), (events) => {
          last = events.at(-1)?.id ?? last
          return [events, events.length < PAGE ? Option.none() : Option.some(last)] as const
        }))
      return Stream.concat(missed, Stream.filter(live, ({ id }) => isLater(id, last)))
    }))

  return LiveEvents.of({ read, follow })
})

const isLater = (id: string, than: string): boolean => {
  const [time = 0, n = 0] = id.split("-").map(Number)
  const [thanTime = 0, thanN = 0] = than.split("-").map(Number)
  return time === thanTime ? n > thanN : time > thanTime
}

/** A damaged stream of one item is, for its followers, a store that cannot serve. */
const unserved = (error: StoreUnavailable | WrongContent | Schema.SchemaError): StoreUnavailable =>
  error._tag === "SchemaError" ? new StoreUnavailable({ detail: error.message }) : unavailable(error)

/**
 * Live events in Redis.
 *
 * **Gotchas**: a follower that is slower than its item by more than `EVENTS_KEPT` events misses the oldest of them. One
 * that follows while Redis is away gets the events that it missed when Redis is back.
 */
export const layer: Layer.Layer<LiveEvents, never, IoRedis.IoRedis> = Layer.effect(LiveEvents, make)

/** `GET /items/:item_id/events`. Why: docs/decisions/0007-live-streams.md. */
import type { UnknownItem } from "@flash-sale/domain/api/Errors"
import { type LiveEvent, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Context, Effect, Layer, Option, Queue, type Scope, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import { ItemReads } from "../reads/ItemReads.ts"
import * as Views from "../reads/Views.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import * as FeedRound from "./FeedRound.ts"
import { ItemFeeds } from "./ItemFeeds.ts"
import * as Sse from "./Sse.ts"
import { type Subscriber, Subscribers } from "./Subscribers.ts"

/** The most missed changes that a client gets that comes back; one that missed more gets a snapshot alone. */
const MAX_MISSED = 100

export class ItemEvents extends Context.Service<ItemEvents, {
  /** The stream, from after `lastEventId` on where that is known. Runs in the fiber that sends the response. */
  readonly answer: (
    itemId: ItemId,
    lastEventId: string | undefined
  ) => Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    UnknownItem | ReturnType<typeof Refusals.unavailable>,
    Scope.Scope
  >
}>()("@flash-sale/gateway/live/ItemEvents") {}

/** The texts that a subscriber gets after the snapshot, until its queue ends. `missed` are not sent again. */
const textsOf = (
  subscriber: Subscriber<FeedRound.FeedRound>,
  missed: ReadonlyArray<LiveEvent>
): Stream.Stream<string> => {
  const sent = new Set(missed.map(({ id }) => id))
  const textOf = ({ events, text }: FeedRound.FeedRound): string =>
    sent.size > 0 && events.some(({ id }) => sent.has(id))
      ? events.filter(({ id }) => !sent.has(id)).map(FeedRound.change).join("")
      : text
  const next = Queue.takeAll(subscriber.queue).pipe(
    Effect.timeoutOption(Sse.HEARTBEAT),
    Effect.map(Option.match({
      onNone: () => [Sse.heartbeat],
      onSome: (rounds) => rounds.map(textOf)
    }))
  )
  return Stream.paginate(undefined, () =>
    next.pipe(
      Effect.map((texts) => [texts, Option.some(undefined)] as const),
      Effect.catch(() => Effect.succeed([[], Option.none()] as const))
    ))
}

export const layer: Layer.Layer<ItemEvents, never, ItemFeeds | ItemReads | Subscribers | LiveEvents> = Layer.effect(
  ItemEvents,
  Effect.gen(function*() {
    const reads = yield* ItemReads
    const feeds = yield* ItemFeeds
    const subscribers = yield* Subscribers
    const live = yield* LiveEvents

    const missedSince = Effect.fnUntraced(function*(itemId: ItemId, id: string | undefined) {
      if (id === undefined) return []
      const missed = yield* live.read(itemId, id, MAX_MISSED + 1)
      return missed.length > MAX_MISSED ? [] : missed
    })

    const answer = Effect.fnUntraced(
      function*(itemId: ItemId, lastEventId: string | undefined) {
        // Before anything is built: a feed costs a reader and a memory of its own.
        yield* Views.ofItem(itemId, yield* reads.look(itemId))
        const subscriber = yield* subscribers.subscribe<FeedRound.FeedRound>()
        const feed = yield* feeds.get(itemId)
        const first = yield* feed.join(subscriber)
        const missed = yield* missedSince(itemId, Sse.lastEventId(lastEventId))
        const now = missed.length === 0 ? first : yield* feed.snapshot
        return yield* Sse.response(missed.map(FeedRound.change).join("") + now, textsOf(subscriber, missed))
      },
      (effect) =>
        Effect.flatMap(RequestContext, ({ correlationId }) =>
          Effect.catchTags(effect, {
            TooManyListeners: () => Effect.fail(Refusals.unavailable(correlationId, "overloaded")),
            StoreUnavailable: () => Effect.fail(Refusals.unavailable(correlationId, "store_unavailable")),
            ItemDamaged: () => Effect.fail(Refusals.unavailable(correlationId, "item_stopped"))
          }))
    )
    return { answer }
  })
)

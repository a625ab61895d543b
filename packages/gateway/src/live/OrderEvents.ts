/**
 * `GET /orders/:request_id/events`. Why: docs/decisions/0007-live-streams.md.
 *
 * **Details**: an event's id is the order's status, `<attempt>-<status>`, and `-confirmed` of a hold that is: a client
 * that comes back with it has missed nothing if the status is still the same, and gets a snapshot otherwise. The status
 * is read again now and then, as an item's live events are trimmed and not repeated. While it cannot be read the stream
 * says so; the snapshot after it says that this is over.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { UnavailableCode, UnknownOrder } from "@flash-sale/domain/api/Errors"
import { OrderView } from "@flash-sale/domain/api/OrdersApi"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { isForward } from "@flash-sale/domain/records/StatusRule"
import { Context, Effect, Layer, Option, Queue, Schema, type Scope, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import { StatusReads } from "../reads/StatusReads.ts"
import * as Views from "../reads/Views.ts"
import * as Refusals from "../request/Refusals.ts"
import type { Moved } from "./FeedSubscribers.ts"
import { ItemFeeds } from "./ItemFeeds.ts"
import { FIRST_READ, forwards, idOf, stampOf, type Step, waitAfter, type Waiting } from "./OrderSteps.ts"
import * as Sse from "./Sse.ts"
import { type Subscriber, Subscribers } from "./Subscribers.ts"

/** How often it is read while it cannot be. */
const AWAY_READ_EVERY = "2 seconds"

type Refused = UnknownOrder | ReturnType<typeof Refusals.unavailable>
export class OrderEvents extends Context.Service<OrderEvents, {
  /** The stream, or 204 where no more events will come. Runs in the fiber that sends the response. */
  readonly answer: (
    requestId: RequestId,
    caller: Caller,
    lastEventId: string | undefined
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Refused, Scope.Scope>
}>()("@flash-sale/gateway/live/OrderEvents") {}

const encodeView = Schema.encodeSync(Schema.fromJsonString(OrderView))
const snapshot = (record: StatusRecord, caller: Caller): string =>
  Sse.event("snapshot", idOf(record), encodeView(Views.ofOrder(record, caller)))

/** The order that a stream is of, and who asked for it: whoever it was when the stream began. */
interface Asked {
  readonly requestId: RequestId
  readonly caller: Caller
}

/** Of an order that was there nobody knows for sure that it is gone. */
const codeOf = (error: Refused): UnavailableCode => error._tag === "Unavailable" ? error.code : "store_unavailable"

export const layer: Layer.Layer<OrderEvents, never, ItemFeeds | Subscribers | StatusReads> = Layer.effect(
  OrderEvents,
  Effect.gen(function*() {
    const feeds = yield* ItemFeeds
    const subscribers = yield* Subscribers
    const statuses = yield* StatusReads

    const readAgain = ({ isAway, sent }: Waiting, { caller, requestId }: Asked): Effect.Effect<Step> =>
      Effect.match(statuses.read(requestId, caller), {
        onFailure: (error): Step => [[Sse.unavailable(codeOf(error))], waitAfter(sent, AWAY_READ_EVERY, true)],
        onSuccess: (found): Step => {
          const now = stampOf(found)
          const isNews = isForward(sent, now) || (isAway && idOf(now) === idOf(sent))
          return isNews
            ? [[snapshot(found, caller)], waitAfter(now)]
            : [[Sse.heartbeat], waitAfter(sent, Sse.HEARTBEAT, isAway)]
        }
      })

    const step = (asked: Asked, subscriber: Subscriber<Moved>) => (waiting: Waiting) =>
      Queue.takeAll(subscriber.queue).pipe(
        Effect.timeoutOption(waiting.timeout),
        Effect.flatMap(Option.match({
          onNone: () => readAgain(waiting, asked),
          onSome: (moves) => Effect.succeed(forwards(waiting, moves))
        })),
        Effect.map(([texts, next]) =>
          [texts, isFinal(next.sent.status) ? Option.none<Waiting>() : Option.some(next)] as const
        ),
        // The subscriber's queue has ended.
        Effect.catch(() => Effect.succeed([[], Option.none<Waiting>()] as const))
      )

    const answer = Effect.fnUntraced(
      function*(requestId: RequestId, caller: Caller, lastEventId: string | undefined) {
        const found = yield* statuses.read(requestId, caller)
        const isSame = (record: StatusRecord) => Sse.lastEventId(lastEventId) === idOf(record)
        const last = (record: StatusRecord) =>
          isSame(record) ? Effect.succeed(Sse.nothingMore) : Sse.response(snapshot(record, caller), Stream.empty)
        // Before anything is built: an order that will not move needs no feed.
        if (isFinal(found.status)) return yield* last(found)
        const subscriber = yield* subscribers.subscribe<Moved>()
        const feed = yield* feeds.get(found.itemId)
        yield* feed.joinOrder(requestId, subscriber)
        // Only now, so that a change is either in what is read, or delivered by the feed.
        const record = yield* statuses.read(requestId, caller)
        if (isFinal(record.status)) return yield* last(record)
        const waiting = waitAfter(stampOf(record), FIRST_READ)
        return yield* Sse.response(
          isSame(record) ? Sse.heartbeat : snapshot(record, caller),
          Stream.paginate(waiting, step({ requestId, caller }, subscriber))
        )
      },
      (effect) =>
        Effect.catchTag(
          effect,
          "TooManyListeners",
          () => Refusals.refuseUnavailable("overloaded")
        )
    )
    return { answer }
  })
)

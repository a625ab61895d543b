/**
 * `GET /orders/:request_id/events`. Why: docs/decisions/0007-live-streams.md.
 *
 * **Details**: an event's id is the order's status, `<attempt>-<status>`, and `-confirmed` of a hold that is: a client
 * that comes back with it has missed nothing if the status is still the same, and gets a snapshot otherwise. The status
 * is read again now and then, as an item's live events are trimmed and not repeated.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { UnknownOrder } from "@flash-sale/domain/api/Errors"
import { OrderView } from "@flash-sale/domain/api/OrdersApi"
import { OrderMoved } from "@flash-sale/domain/ports/LiveEvents"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { isForward, type StatusStamp } from "@flash-sale/domain/records/StatusRule"
import { Context, type Duration, Effect, Layer, Option, Queue, Schema, type Scope, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import { StatusReads } from "../reads/StatusReads.ts"
import * as Views from "../reads/Views.ts"
import * as Refusals from "../request/Refusals.ts"
import type { Moved } from "./FeedSubscribers.ts"
import { ItemFeeds } from "./ItemFeeds.ts"
import * as Sse from "./Sse.ts"
import { type Subscriber, Subscribers } from "./Subscribers.ts"

/** How soon the status is read again: it is written a moment after its event. */
const FIRST_READ = "1 second"

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
const encodeMoved = Schema.encodeSync(Schema.fromJsonString(OrderMoved))

const idOf = ({ attempt, confirmed, status }: StatusStamp): string =>
  `${attempt}-${status}${confirmed === true ? "-confirmed" : ""}`
const snapshot = (record: StatusRecord, caller: Caller): string =>
  Sse.event("snapshot", idOf(record), encodeView(Views.ofOrder(record, caller)))

/** The status that was sent last, and how long to wait for the next move before the status is read again. */
interface Waiting {
  readonly sent: StatusStamp
  readonly timeout: Duration.Input
}

/** The order that a stream is of, and who asked for it: whoever it was when the stream began. */
interface Asked {
  readonly requestId: RequestId
  readonly caller: Caller
}

/** The events of those moves that go forwards, up to the one that is final, and the status after them. */
const forwards = (sent: StatusStamp, moves: ReadonlyArray<Moved>): readonly [ReadonlyArray<string>, StatusStamp] => {
  const texts: Array<string> = []
  let now = sent
  for (const moved of moves) {
    if (isFinal(now.status) || !isForward(now, moved)) continue
    now = moved
    texts.push(Sse.event("change", idOf(moved), encodeMoved(moved)))
  }
  return [texts, now]
}

export const layer: Layer.Layer<OrderEvents, never, ItemFeeds | Subscribers | StatusReads> = Layer.effect(
  OrderEvents,
  Effect.gen(function*() {
    const feeds = yield* ItemFeeds
    const subscribers = yield* Subscribers
    const statuses = yield* StatusReads

    /** A status that cannot be read now is read at the next heartbeat. */
    const readAgain = ({ sent }: Waiting, { caller, requestId }: Asked) =>
      Effect.map(
        Effect.option(statuses.read(requestId, caller)),
        (found): readonly [ReadonlyArray<string>, StatusStamp] =>
          Option.isSome(found) && isForward(sent, stampOf(found.value))
            ? [[snapshot(found.value, caller)], stampOf(found.value)]
            : [[Sse.heartbeat], sent]
      )

    const step = (asked: Asked, subscriber: Subscriber<Moved>) => (waiting: Waiting) =>
      Queue.takeAll(subscriber.queue).pipe(
        Effect.timeoutOption(waiting.timeout),
        Effect.flatMap(Option.match({
          onNone: () => readAgain(waiting, asked),
          onSome: (moves) => Effect.succeed(forwards(waiting.sent, moves))
        })),
        Effect.map(([texts, sent]) =>
          [
            texts,
            // What moved without another word, as a hold that was confirmed, is in the status a moment later.
            isFinal(sent.status)
              ? Option.none<Waiting>()
              : Option.some<Waiting>({ sent, timeout: texts.length === 0 ? FIRST_READ : Sse.HEARTBEAT })
          ] as const
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
        const waiting: Waiting = { sent: stampOf(record), timeout: FIRST_READ }
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

/** Offsets are not compared: live events have none. */
const stampOf = ({ attempt, confirmed, refund, refundDue, status }: StatusStamp): StatusStamp => ({
  attempt,
  status,
  ...(confirmed === undefined ? {} : { confirmed }),
  ...(refund === undefined ? {} : { refund }),
  ...(refundDue === undefined ? {} : { refundDue })
})

/**
 * `GET /orders/:request_id/events`.
 *
 * **Details**: an event's id says how the order stands, `<attempt>-<status>`: who comes back with it has missed nothing
 * if the order still stands so, and hears how it stands otherwise. The status is read again now and then, as an item's
 * live events are trimmed and not repeated.
 */
import type { UnknownOrder } from "@flash-sale/domain/api/Errors"
import { OrderView } from "@flash-sale/domain/api/OrdersApi"
import { type ItemMoved, OrderMoved } from "@flash-sale/domain/ports/LiveEvents"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { isFinal, isForward, type StatusRecord, type StatusStamp } from "@flash-sale/domain/records/OrderStatus"
import { Context, type Duration, Effect, Layer, Option, Queue, Schema, type Scope, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import { StatusReads } from "../reads/StatusReads.ts"
import * as Views from "../reads/Views.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { ItemFeeds } from "./ItemFeeds.ts"
import * as Sse from "./Sse.ts"
import { type Subscriber, Subscribers } from "./Subscribers.ts"

/** How soon the status is read again: it is written a moment after the change was told. */
const FIRST_READ = "1 second"

type Moved = ItemMoved["orders"][number]
type Refused = UnknownOrder | ReturnType<typeof Refusals.unavailable>

export class OrderEvents extends Context.Service<OrderEvents, {
  /** The stream, or that there is no more. Runs in the fiber that sends the response. */
  readonly answer: (
    requestId: RequestId,
    lastEventId: string | undefined
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Refused, Scope.Scope>
}>()("@flash-sale/gateway/live/OrderEvents") {}

const encodeStanding = Schema.encodeSync(Schema.fromJsonString(OrderView))
const encodeMoved = Schema.encodeSync(Schema.fromJsonString(OrderMoved))

const idOf = ({ attempt, status }: StatusStamp): string => `${attempt}-${status}`
const snapshot = (record: StatusRecord): string =>
  Sse.event("snapshot", idOf(record), encodeStanding(Views.ofOrder(record)))

/** How the order was last told to stand, and whether it was waited for before. */
interface Waiting {
  readonly told: StatusStamp
  readonly storeBreaker: Duration.Input
}

/** What is to be told of the first of these that go forwards, up to the one that is final. */
const forwards = (told: StatusStamp, moves: ReadonlyArray<Moved>): readonly [ReadonlyArray<string>, StatusStamp] => {
  const texts: Array<string> = []
  let now = told
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
    const readAgain = ({ told }: Waiting, requestId: RequestId) =>
      Effect.map(
        Effect.option(statuses.read(requestId)),
        (found): readonly [ReadonlyArray<string>, StatusStamp] =>
          Option.isSome(found) && isForward(told, stampOf(found.value))
            ? [[snapshot(found.value)], stampOf(found.value)]
            : [[Sse.heartbeat], told]
      )

    const step = (requestId: RequestId, subscriber: Subscriber<Moved>) => (waiting: Waiting) =>
      Queue.takeAll(subscriber.queue).pipe(
        Effect.timeoutOption(waiting.storeBreaker),
        Effect.flatMap(Option.match({
          onNone: () => readAgain(waiting, requestId),
          onSome: (moves) => Effect.succeed(forwards(waiting.told, moves))
        })),
        Effect.map(([texts, told]) =>
          [
            texts,
            isFinal(told.status) ? Option.none<Waiting>() : Option.some<Waiting>({ told, storeBreaker: Sse.HEARTBEAT })
          ] as const
        ),
        // It is told to end.
        Effect.catch(() => Effect.succeed([[], Option.none<Waiting>()] as const))
      )

    const answer = Effect.fnUntraced(
      function*(requestId: RequestId, lastEventId: string | undefined) {
        const subscriber = yield* subscribers.subscribe<Moved>()
        const { itemId } = yield* statuses.read(requestId)
        const feed = yield* feeds.get(itemId)
        yield* feed.joinOrder(requestId, subscriber)
        // Only now, so that a change is either in what is read, or told.
        const record = yield* statuses.read(requestId)
        const isTold = Sse.lastEventId(lastEventId) === idOf(record)
        if (isFinal(record.status)) {
          return isTold ? Sse.nothingMore : yield* Sse.response(snapshot(record), Stream.empty)
        }
        const waiting: Waiting = { told: stampOf(record), storeBreaker: FIRST_READ }
        return yield* Sse.response(
          isTold ? Sse.heartbeat : snapshot(record),
          Stream.paginate(waiting, step(requestId, subscriber))
        )
      },
      (effect) =>
        Effect.catchTag(
          effect,
          "TooManyListeners",
          () =>
            Effect.flatMap(
              RequestContext,
              ({ correlationId }) => Effect.fail(Refusals.unavailable(correlationId, "overloaded"))
            )
        )
    )
    return { answer }
  })
)

/** Live events know no places: what is compared is attempt and status. */
const stampOf = ({ attempt, status }: StatusStamp): StatusStamp => ({ attempt, status })

/**
 * `GET /admin/v1/overview/events`: the overview each second, to a bounded number of subscribers. It is read and encoded
 * once for all of them, and not at all while there are none. A stream ends within a second of the end of its key.
 */
import { OverviewNow } from "@flash-sale/domain/api/admin/AdminOverview"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as Sse from "@flash-sale/gateway/live/Sse"
import { type Subscriber, Subscribers, type TooManySubscribers } from "@flash-sale/gateway/live/Subscribers"
import { repeated } from "@flash-sale/infra/observability/Background"
import { Context, Effect, Layer, Option, Queue, Schema, type Scope, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import * as Failures from "../request/Failures.ts"
import { OverviewReads } from "./OverviewReads.ts"

const EVERY = "1 second"
/** Streams of the overview that may be open at once. */
export const MAX_STREAMS = 100

export class OverviewFeed extends Context.Service<OverviewFeed, {
  /** Runs in the fiber that sends the response. The stream ends when `stillMay` says no, which is asked each second. */
  readonly answer: (stillMay: () => boolean) => Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    TooManySubscribers | StoreUnavailable | Unavailable,
    Scope.Scope
  >
}>()("@flash-sale/admin/overview/OverviewFeed") {}

/** While the store is away nothing is known, and who listens is told so. */
const AWAY = Sse.unavailable("store_unavailable")

const encode = Schema.encodeSync(Schema.fromJsonString(OverviewNow))

/** The texts of a subscriber, until its queue ends; a comment where there is none for long. */
const textsOf = (subscriber: Subscriber<string>): Stream.Stream<string> => {
  const next = Queue.takeAll(subscriber.queue).pipe(
    Effect.timeoutOption(Sse.HEARTBEAT),
    Effect.map(Option.getOrElse(() => [Sse.heartbeat]))
  )
  return Stream.paginate(undefined, () =>
    next.pipe(
      Effect.map((texts) => [texts, Option.some(undefined)] as const),
      Effect.catch(() => Effect.succeed([[], Option.none()] as const))
    ))
}

export const layer: Layer.Layer<OverviewFeed, never, OverviewReads | Subscribers> = Layer.effect(
  OverviewFeed,
  Effect.gen(function*() {
    const reads = yield* OverviewReads
    const subscribers = yield* Subscribers
    const open = new Map<Subscriber<string>, () => boolean>()
    const event = Effect.map(reads.now, (overview) => Sse.event("snapshot", undefined, encode(overview)))

    // Beside the telling, which may wait for the store.
    const endThose = Effect.sync(() => {
      for (const [subscriber, stillMay] of [...open]) {
        if (stillMay()) continue
        open.delete(subscriber)
        subscriber.end()
      }
    })
    const tell = Effect.gen(function*() {
      if (open.size === 0) return
      const text = yield* Effect.catch(Failures.bounded(event), () => Effect.succeed(AWAY))
      for (const { offer } of [...open.keys()]) offer(text)
    })
    yield* Effect.forkScoped(repeated("ending streams of the overview", EVERY)(endThose))
    yield* Effect.forkScoped(repeated("telling the overview", EVERY)(tell))

    return {
      answer: Effect.fnUntraced(function*(stillMay) {
        // Counted before anything is read, and in this fiber: see `Subscribers`.
        const subscriber = yield* subscribers.subscribe<string>()
        const first = yield* Failures.bounded(event)
        yield* Effect.acquireRelease(
          Effect.sync(() => open.set(subscriber, stillMay)),
          () => Effect.sync(() => open.delete(subscriber))
        )
        return yield* Sse.response(first, textsOf(subscriber))
      })
    }
  })
)

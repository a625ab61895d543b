/**
 * The subscribers to server-sent events of this gateway: so many at once, each with a bounded queue. Why:
 * docs/decisions/0007-live-streams.md.
 *
 * **Details**: a subscriber that does not read fast enough is cut off, and delays no other; its `EventSource`
 * reconnects by itself.
 */
import { type Cause, Context, Duration, Effect, Layer, Queue, Schema, type Scope } from "effect"
import { Shutdown } from "../request/Shutdown.ts"

/** Messages that one subscriber may lag behind. */
const QUEUE_CAPACITY = 32
/** How long subscribers have at shutdown to read what is left in their queues. */
const END_TIMEOUT = Duration.seconds(1)
const LOOK_EVERY = Duration.millis(20)

/** There are as many subscribers as may be, or the gateway is shutting down. */
export class TooManySubscribers extends Schema.TaggedError<TooManySubscribers>()("TooManyListeners", {}) {}

export interface Subscriber<A> {
  /** What it has not read yet; done when the stream ends. */
  readonly queue: Queue.Dequeue<A, Cause.Done>
  /** Never waits. */
  readonly offer: (message: A) => void
  /** Ends the stream, after what it has not read yet. */
  readonly end: () => void
}

interface Open {
  readonly end: () => void
  readonly cut: () => void
}

export class Subscribers extends Context.Service<Subscribers, {
  /**
   * Adds a subscriber, for as long as the scope is open.
   *
   * **Gotchas**: to be called in the fiber that sends the response. A socket whose client does not read keeps that
   * fiber waiting, so that only its interruption ends it.
   */
  readonly subscribe: <A>() => Effect.Effect<Subscriber<A>, TooManySubscribers, Scope.Scope>
  /** Subscribers now. */
  readonly open: () => number
}>()("@flash-sale/gateway/live/Subscribers") {}

export const layer = (max: number): Layer.Layer<Subscribers, never, Shutdown> =>
  Layer.effect(
    Subscribers,
    Effect.gen(function*() {
      const shutdown = yield* Shutdown
      const subscribers = new Set<Open>()
      let isEnding = false

      const subscribe = <A>() =>
        Effect.gen(function*() {
          if (isEnding || subscribers.size >= max) return yield* new TooManySubscribers()
          const queue = yield* Queue.dropping<A, Cause.Done>(QUEUE_CAPACITY)
          const fiber = yield* Effect.withFiber(Effect.succeed)
          let isOpen = true
          const open: Open = {
            end: () => {
              isOpen = false
              Queue.endUnsafe(queue)
            },
            cut: () => {
              isOpen = false
              fiber.interruptUnsafe()
            }
          }
          yield* Effect.acquireRelease(
            Effect.sync(() => subscribers.add(open)),
            () => Effect.sync(() => subscribers.delete(open))
          )
          return {
            queue,
            offer: (message: A) => isOpen && !Queue.offerUnsafe(queue, message) ? open.cut() : undefined,
            end: open.end
          }
        })

      /** Refuses new subscribers, lets the others read to the end of their queues, and cuts off those that do not. */
      const end = Effect.gen(function*() {
        isEnding = true
        for (const { end } of subscribers) end()
        yield* Effect.suspend(() => subscribers.size === 0 ? Effect.void : Effect.sleep(LOOK_EVERY)).pipe(
          Effect.repeat({ while: () => subscribers.size > 0 }),
          Effect.timeoutOption(END_TIMEOUT)
        )
        for (const { cut } of subscribers) cut()
      })
      yield* shutdown.register(end)
      return { subscribe, open: () => subscribers.size }
    })
  )

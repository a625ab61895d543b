/**
 * Everybody who listens to server-sent events of this gateway: so many at once, each with a bounded queue.
 *
 * **Details**: who does not read fast enough is cut off, and nobody waits for it; its `EventSource` comes back by itself.
 */
import { type Cause, Context, Duration, Effect, Layer, Queue, Schema, type Scope } from "effect"
import { Shutdown } from "../request/Shutdown.ts"

/** Messages that one listener may lag behind. */
const QUEUE_CAPACITY = 32
/** How long listeners have at shutdown to read what is left for them. */
const END_PATIENCE = Duration.seconds(1)
const LOOK_EVERY = Duration.millis(20)

/** As many listen as may, or the gateway is shutting down. */
export class TooManyListeners extends Schema.TaggedError<TooManyListeners>()("TooManyListeners", {}) {}

export interface Listener<A> {
  /** What it has not read yet; done when it should end. */
  readonly queue: Queue.Dequeue<A, Cause.Done>
  /** Never waits. */
  readonly offer: (message: A) => void
}

interface Open {
  readonly end: () => void
  readonly cut: () => void
}

export class Listeners extends Context.Service<Listeners, {
  /**
   * One more listener, for as long as the scope is open.
   *
   * **Gotchas**: to be called in the fiber that sends the response. A socket that nobody reads keeps that fiber waiting,
   * so that only its interruption ends it.
   */
  readonly listen: <A>() => Effect.Effect<Listener<A>, TooManyListeners, Scope.Scope>
}>()("@flash-sale/gateway/live/Subscribers") {}

export const layer = (max: number): Layer.Layer<Listeners, never, Shutdown> =>
  Layer.effect(
    Listeners,
    Effect.gen(function*() {
      const shutdown = yield* Shutdown
      const everybody = new Set<Open>()
      let isEnding = false

      const listen = <A>() =>
        Effect.gen(function*() {
          if (isEnding || everybody.size >= max) return yield* new TooManyListeners()
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
            Effect.sync(() => everybody.add(open)),
            () => Effect.sync(() => everybody.delete(open))
          )
          return { queue, offer: (message: A) => isOpen && !Queue.offerUnsafe(queue, message) ? open.cut() : undefined }
        })

      /** Lets everybody read to the end of what is there, and cuts off who does not. Nobody can listen from then on. */
      const end = Effect.gen(function*() {
        isEnding = true
        for (const { end } of everybody) end()
        yield* Effect.suspend(() => everybody.size === 0 ? Effect.void : Effect.sleep(LOOK_EVERY)).pipe(
          Effect.repeat({ while: () => everybody.size > 0 }),
          Effect.timeoutOption(END_PATIENCE)
        )
        for (const { cut } of everybody) cut()
      })
      yield* shutdown.register(end)
      return { listen }
    })
  )

/**
 * How long the front door waits for the store: a store that does not answer in time counts as away, and is not asked
 * again until it answers a ping. An order goes on without a store that is away, so waiting longer would help nobody.
 *
 * **Details**: nothing is sent twice. What was asked may still be done by the store, late: a claim that nobody waits for
 * any more is a lease that runs out, or gives way to the order's status.
 */
import { ItemStore, StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { Clock, Context, Effect, Layer, Schedule } from "effect"

/** How long one question may take. */
const PATIENCE = "1 second"
/** How often a store that counts as away is asked whether it is back. */
const PING_EVERY = "200 millis"

export class StoreBreaker extends Context.Service<StoreBreaker, {
  /** Asks the store, or fails at once where it counts as away. */
  readonly ask: <A, E>(question: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreUnavailable>
  /** The same for what no order depends on: a failure says nothing about orders. */
  readonly askAside: <A, E>(question: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreUnavailable>
  /** When a question last found the store away, in milliseconds since 1970 (UTC): orders were taken then of which the store knows nothing. */
  readonly failedAt: () => number
}>()("@flash-sale/gateway/guards/StoreBreaker") {}

const silent = new StoreUnavailable({ detail: "the store did not answer in time" })

export const layer: Layer.Layer<StoreBreaker, never, ItemStore> = Layer.effect(
  StoreBreaker,
  Effect.gen(function*() {
    const store = yield* ItemStore
    const scope = yield* Effect.scope
    const clock = yield* Clock.Clock
    let isAway = false
    let failedAt = Number.NEGATIVE_INFINITY
    const remember = Effect.sync(() => {
      failedAt = clock.currentTimeMillisUnsafe()
    })

    const untilBack = store.isUp.pipe(
      Effect.repeat({ schedule: Schedule.spaced(PING_EVERY), until: (isUp: boolean) => isUp }),
      Effect.andThen(Effect.sync(() => {
        isAway = false
      }))
    )
    const giveUp = Effect.suspend(() => {
      if (isAway) return Effect.fail(silent)
      isAway = true
      return Effect.andThen(Effect.forkIn(untilBack, scope), Effect.fail(silent))
    })
    const askAside = <A, E>(question: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
      Effect.suspend(() =>
        isAway
          ? Effect.fail(silent)
          : Effect.timeoutOrElse(question, { duration: PATIENCE, orElse: () => giveUp })
      )
    return {
      // An item that is damaged is an answer: the store is there.
      ask: (question) =>
        Effect.tapError(askAside(question), (error) => error instanceof StoreUnavailable ? remember : Effect.void),
      askAside,
      failedAt: () => failedAt
    }
  })
)

/**
 * The circuit breaker between the gateway and the store: a store that does not answer in time counts as away, and is
 * not asked again until it answers a ping. Orders go on without a store that is away, so a longer wait would not help
 * them.
 * Why: docs/decisions/0013-the-hot-route.md.
 *
 * **Details**: nothing is sent twice. A request that was given up may still take effect in the store later. A claim
 * that is made so late ends with its lease, or is replaced by the order's status.
 */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as TimeLimit from "@flash-sale/infra/actor/TimeLimit"
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer, Schedule } from "effect"

/** How long one question may take, in milliseconds. */
export const TIMEOUT_MILLIS = 1_000
/** How often a store that counts as away is pinged. */
const PING_EVERY = "200 millis"

export class StoreBreaker extends Context.Service<StoreBreaker, {
  /** Asks the store, or fails at once where it counts as away. */
  readonly ask: <A, E>(question: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreUnavailable>
  /** The same for a question that no order depends on: its failure says nothing about orders. */
  readonly askAside: <A, E>(question: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreUnavailable>
  /**
   * When a question last found the store away, as `Monotonic.now` gives it: orders may have been accepted then of which
   * the store knows nothing.
   */
  readonly failedAt: () => number
}>()("@flash-sale/gateway/guards/StoreBreaker") {}

const silent = new StoreUnavailable({ detail: "the store did not answer in time" })

export const layer: Layer.Layer<StoreBreaker, never, ItemStore> = Layer.effect(
  StoreBreaker,
  Effect.gen(function*() {
    const store = yield* ItemStore
    const scope = yield* Effect.scope
    const monotonic = yield* Monotonic.reader
    const timeLimit = yield* TimeLimit.make(TIMEOUT_MILLIS)
    let isAway = false
    let failedAt = Number.NEGATIVE_INFINITY
    const remember = Effect.sync(() => {
      failedAt = monotonic()
    })

    const untilBack = store.isUp.pipe(
      outlivingBugs("the ping of the store"),
      Effect.orElseSucceed(() => false),
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
          : timeLimit.within(question, giveUp)
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

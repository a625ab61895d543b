/** Delays and faults, by the seed. */
import { Duration, Effect, Random } from "effect"
import * as Process from "./Process.ts"

const MAX_DELAY_MILLIS = 20

/** How often each fault happens, 0 to 1. */
export interface Faults {
  /** The record is not appended, and the answer is lost. */
  readonly appendLost: number
  /** The record is appended, and the answer is lost. */
  readonly appendUnanswered: number
  /** The answer is lost, and the record comes when it is taken for lost. */
  readonly appendLate: number
  /** The record is appended twice, as a producer's own retry may. */
  readonly appendTwice: number
  readonly storeAway: number
  /** It takes its time, before or after it does what it is asked. */
  readonly storeSlow: number
  readonly storeReplyLost: number
  /** The request never arrives. */
  readonly paymentLost: number
  readonly paymentUnanswered: number
  /** The request arrives late, perhaps when no caller waits for its answer any more. */
  readonly paymentSlow: number
  readonly paymentDeclined: number
  /** The events are not appended, or only some of them. */
  readonly eventsLost: number
  readonly eventsUnanswered: number
  /** The events come when they are taken for lost. */
  readonly eventsLate: number
  readonly eventsSlow: number
}

export const happens = (rate: number): Effect.Effect<boolean> => Effect.map(Random.next, (dice) => dice < rate)

/** The longest that a store takes which takes its time. */
const MAX_SLOW_MILLIS = 3_000

/** A way through the network to something that now and then takes its time. */
export const slowly = (rate: number): Effect.Effect<void> =>
  Effect.gen(function*() {
    yield* pause
    if (!(yield* happens(rate))) return
    yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, MAX_SLOW_MILLIS)))
    yield* Process.alive
  })

/** A way through the network, in a process that is alive before and after it. */
export const pause: Effect.Effect<void> = Effect.gen(function*() {
  yield* Process.alive
  yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, MAX_DELAY_MILLIS)))
  yield* Process.alive
})

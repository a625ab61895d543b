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
  /** The answer is lost, and the record comes when everybody thinks it lost. */
  readonly appendLate: number
  /** The record is appended twice, as a producer's own retry may. */
  readonly appendTwice: number
  readonly storeAway: number
  readonly storeReplyLost: number
  /** The request never arrives. */
  readonly paymentLost: number
  readonly paymentUnanswered: number
  /** The request arrives late, perhaps when nobody waits for its answer any more. */
  readonly paymentSlow: number
  readonly paymentDeclined: number
}

export const happens = (rate: number): Effect.Effect<boolean> => Effect.map(Random.next, (dice) => dice < rate)

/** A way through the network, in a process that is alive before and after it. */
export const pause: Effect.Effect<void> = Effect.gen(function*() {
  yield* Process.alive
  yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, MAX_DELAY_MILLIS)))
  yield* Process.alive
})

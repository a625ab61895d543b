/** The epoch of one recovery of a partition: a fencing token, as a fold under another epoch changes nothing. */
import { Effect, Random } from "effect"

/** The most that one half of an epoch can be. */
const HALF = Number.MAX_SAFE_INTEGER

/** Draws an epoch that no recovery has had before. */
export const make: Effect.Effect<string> = Effect.gen(function*() {
  const [left, right] = [yield* Random.nextIntBetween(0, HALF), yield* Random.nextIntBetween(0, HALF)]
  return `${left.toString(36)}${right.toString(36)}`
})

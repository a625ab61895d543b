/**
 * Waits for what comes of an order that is being placed under the same request id, be it here or at another gateway: most
 * retries that come so early are answered a moment later, and then truly.
 *
 * **Details**: a claim whose gateway has died looks the same until its lease ends, so the wait is short; then nobody knows
 * the outcome. Those who wait are few or bounded: their number is no measure of buyers.
 */
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { Order } from "@flash-sale/domain/records/Order"
import { Effect } from "effect"

/** The waits between two looks, in milliseconds: together somewhat longer than an append takes on a bad day. */
const WAITS = [10, 20, 40, 80, 160, 320, 640]
/** How many may wait at once. More hear at once that the outcome is not known. */
const MAX_WAITING = 1_000

export interface DuplicateWait {
  /** `heard` is called once: with `Leased` where it is still not known. */
  readonly wait: (order: Order, heard: (standing: StatusLookup) => void) => void
}

export const make = Effect.fnUntraced(function*(
  look: (order: Order) => Effect.Effect<StatusLookup, unknown>
) {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  let waiting = 0

  const outcome = Effect.fnUntraced(function*(order: Order) {
    for (const millis of WAITS) {
      yield* Effect.sleep(millis)
      const standing = yield* look(order)
      if (standing._tag !== "Leased") return standing
    }
    return LEASED
  })
  return {
    wait: (order, heard) => {
      if (waiting >= MAX_WAITING) return heard(LEASED)
      waiting++
      run(Effect.map(Effect.orElseSucceed(outcome(order), () => LEASED), (standing) => {
        waiting--
        heard(standing)
      }))
    }
  } satisfies DuplicateWait
})

const LEASED: StatusLookup = { _tag: "Leased" }

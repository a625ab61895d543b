/**
 * Waits for the end of an order that is being placed under the same request id, at this gateway or at another: most
 * retries that come so early are answered a moment later, by the order's status. Why:
 * docs/decisions/0011-concurrent-duplicates-wait-briefly.md.
 *
 * **Details**: a claim whose gateway has died looks the same until its lease ends, so the wait is short; after it the
 * outcome counts as unknown. The bound on waiting orders is no bound on buyers: most ids come once.
 */
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { Completion } from "@flash-sale/infra/actor/Completion"
import { Effect, Exit } from "effect"

/** The waits between two look-ups, in milliseconds: together somewhat longer than an append takes on a bad day. */
const WAITS = [10, 20, 40, 80, 160, 320, 640]
/** How many orders may wait at once. For more the outcome is unknown at once. */
const MAX_WAITING = 1_000

export interface DuplicateWait {
  /** Completes with `Leased` where the outcome is still not known, and with a defect where a look-up ends by a bug. */
  readonly wait: (requestId: RequestId, completion: Completion<Exit.Exit<StatusLookup>>) => void
}

/** Whose order it is nobody asks here. */
const LEASED: StatusLookup = { _tag: "Leased", fingerprint: "" }
const unknownOutcome: Exit.Exit<StatusLookup> = Exit.succeed(LEASED)

/** `lookUp` says what is known of a request id now. */
export const make = Effect.fnUntraced(function*(
  lookUp: (requestId: RequestId) => Effect.Effect<StatusLookup, unknown>
): Effect.fn.Return<DuplicateWait> {
  const run = Effect.runCallbackWith(yield* Effect.context<never>())
  let waiting = 0

  const outcome = Effect.fnUntraced(function*(requestId: RequestId) {
    for (const millis of WAITS) {
      yield* Effect.sleep(millis)
      const lookup = yield* lookUp(requestId)
      if (lookup._tag !== "Leased") return lookup
    }
    return LEASED
  })
  return {
    wait: (requestId, completion) => {
      if (waiting >= MAX_WAITING) return completion(unknownOutcome)
      waiting++
      run(Effect.orElseSucceed(outcome(requestId), () => LEASED), {
        onExit: (exit) => {
          waiting--
          completion(exit)
        }
      })
    }
  }
})

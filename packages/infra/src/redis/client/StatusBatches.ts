/** Calls over many keys, in batches; where they are status keys, with a log line for each that is damaged. */
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import { unavailable, type WrongContent } from "./WrongContent.ts"

/** Requests or orders that one script handles, so that no call blocks Redis for long. */
const CHUNK = 500

/** The result of `f` for each batch, in order. */
export const chunked = <A, B>(
  all: ReadonlyArray<A>,
  f: (some: ReadonlyArray<A>) => Effect.Effect<B, StoreUnavailable | WrongContent>
): Effect.Effect<ReadonlyArray<B>, StoreUnavailable> => {
  // Nearly always, and with every order.
  if (all.length <= CHUNK && all.length > 0) {
    return Effect.mapBoth(f(all), { onSuccess: (b) => [b], onFailure: unavailable })
  }
  const chunks = Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, n) => all.slice(n * CHUNK, (n + 1) * CHUNK))
  return Effect.mapError(Effect.forEach(chunks, f), unavailable)
}

/** Calls a script that returns the damaged keys, for each batch, and reports those keys. */
export const written = <A>(
  all: ReadonlyArray<A>,
  f: (some: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<string>, StoreUnavailable | WrongContent>
): Effect.Effect<void, StoreUnavailable> => Effect.asVoid(chunked(all, (some) => Effect.flatMap(f(some), report)))

/** Logs that these keys hold no status. */
export const report = (damaged: ReadonlyArray<string>): Effect.Effect<void> =>
  damaged.length === 0 ? Effect.void : Effect.forEach(
    damaged,
    (key) => Log.error("A status key holds what is no status", { event: "status_key_damaged", key }),
    { discard: true }
  )

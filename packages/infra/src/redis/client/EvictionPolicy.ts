/** Redis must refuse writes when its memory is full, rather than forget orders. */
import { Effect } from "effect"
import * as Log from "../../observability/logs/Log.ts"

/** Logs an error where Redis may evict keys. `memory` is its answer to `INFO memory`. */
export const check: <E>(memory: Effect.Effect<string, E>) => Effect.Effect<void> = Effect.fnUntraced(
  function*(memory) {
    // `CONFIG GET` would give its user the passwords as well.
    const policy = /^maxmemory_policy:(\S+)/m.exec(yield* memory)?.[1] ?? "unknown"
    if (policy !== "noeviction") {
      yield* Log.error(`Redis may forget orders: maxmemory-policy is ${policy} and must be noeviction`, {
        event: "redis_policy"
      })
    }
  },
  Effect.catch((error) =>
    Log.warn(`Nobody knows whether Redis may forget orders: maxmemory-policy cannot be read: ${error}`, {
      event: "redis_policy"
    })
  )
)

/**
 * Which log a store is a fold of. An item is at home in a partition by the number of partitions, so a log with another
 * number is another log, whatever its topic is called. Redis keeps it in the hash `log`. Decision 0029.
 */
import { Context, Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What tells one log from another. */
export interface LogIdentity {
  readonly topic: string
  readonly partitions: number
}

export interface Service {
  /** What is written down; undefined where nothing is, as in an empty store or after an older release. */
  readonly read: Effect.Effect<LogIdentity | undefined, StoreUnavailable>
  /** Writes it down where nothing is, and returns what is written then: never overwrites. */
  readonly write: (log: LogIdentity) => Effect.Effect<LogIdentity, StoreUnavailable>
}

/** Without an adapter nothing is written down. */
export const FoldedLog = Context.Reference<Service>("@flash-sale/domain/ports/FoldedLog", {
  defaultValue: () => ({ read: Effect.succeed(undefined), write: Effect.succeed })
})

/** Detects writes of other processes, by polling: SQLite says that there was a change, but not which. */
import { Effect, Schedule } from "effect"
import { type Connection, integer } from "./Connection.ts"
import { attempt } from "./GroupCommit.ts"
import type { Signals } from "./Signals.ts"

/** How often the file is polled, in milliseconds. */
export const EXTERNAL_POLL_MILLIS = 100

/** `PRAGMA data_version` changes when another connection has committed; what it changed is not said. */
export const watch = (connection: Connection, signals: Signals): Effect.Effect<void> => {
  // Unknown at first, so that the first poll wakes fibers that read before it.
  let seen: number | undefined
  const check = attempt(() => {
    const now = integer(connection.get("PRAGMA data_version") ?? {}, "data_version")
    if (now === seen) return
    seen = now
    signals.wakeAll()
  })
  // A file that cannot be read fails the other operations as well, which report it; here the poll is only repeated.
  return Effect.asVoid(Effect.repeat(Effect.ignore(check), Schedule.spaced(EXTERNAL_POLL_MILLIS)))
}

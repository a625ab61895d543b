/** Detects writes of other processes, by polling: SQLite says that there was a change, but not which. */
import { Effect, Schedule } from "effect"
import { type Connection, integer } from "./Connection.ts"
import { attempt } from "./GroupCommit.ts"

/** How often the file is polled, in milliseconds. */
export const EXTERNAL_POLL_MILLIS = 100

/**
 * Polls the file, and says whether it was changed since the last time. `PRAGMA data_version` changes when another
 * connection has committed; what it changed is not said. The first poll says yes, for those who have read before it.
 */
export const poll = (connection: Connection): () => boolean => {
  let seen: number | undefined
  return () => {
    const now = integer(connection.get("PRAGMA data_version") ?? {}, "data_version")
    const isNews = now !== seen
    seen = now
    return isNews
  }
}

/** Calls `changed` after each change of another connection. Never returns. */
export const watch = (connection: Connection, changed: () => void): Effect.Effect<void> => {
  const isNews = poll(connection)
  const check = Effect.map(attempt(isNews), (found) => found ? changed() : undefined)
  // A file that cannot be read fails the other operations as well, which report it; here the poll is only repeated.
  return Effect.asVoid(Effect.repeat(Effect.ignore(check), Schedule.spaced(EXTERNAL_POLL_MILLIS)))
}

/** Noticing what another process has written: SQLite says that there is something, not what, and only when asked. */
import { Effect, Schedule } from "effect"
import { type Connection, integer } from "./Connection.ts"
import { attempt } from "./GroupCommit.ts"
import type { Signals } from "./Signals.ts"

/** How often it is asked, in milliseconds. */
export const EXTERNAL_POLL_MILLIS = 100

/** `PRAGMA data_version` changes when another connection has committed; what it changed is not said. */
export const watch = (connection: Connection, signals: Signals): Effect.Effect<void> => {
  // Unknown at first, so that the first look wakes whoever looked before it.
  let seen: number | undefined
  const check = attempt(() => {
    const now = integer(connection.get("PRAGMA data_version") ?? {}, "data_version")
    if (now === seen) return
    seen = now
    signals.wakeAll()
  })
  // A file that cannot be read is met by everybody else as well, who say so; here it is only looked at again.
  return Effect.asVoid(Effect.repeat(Effect.ignore(check), Schedule.spaced(EXTERNAL_POLL_MILLIS)))
}

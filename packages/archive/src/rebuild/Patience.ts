/** How a rebuild asks the archive. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Schedule } from "effect"

/** Events that one transaction takes in, or deletes. */
export const BATCH_EVENTS = 1_000
/** An archive that is away is asked again so often: about half a minute. */
const untilBack = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("3 seconds")]).pipe(
  Schedule.upTo({ times: 15 })
)

/** Asks again for a while. A rebuild that was cut short is begun again, and does no harm. */
export const patiently = <A, R>(ask: Effect.Effect<A, ArchiveUnavailable, R>) => Effect.retry(ask, untilBack)

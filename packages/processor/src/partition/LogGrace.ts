/**
 * Lets the log be away for a while. A question beside its records that gets no answer is no reason to begin again, as
 * every beginning interrupts the payments that are under way. Why:
 * docs/decisions/0017-log-outages-do-not-restart-a-partition.md.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect } from "effect"

/** How long a log may give no answer before its partition waits, and says so: longer than a broker takes to start. */
export const LOG_GRACE = Duration.seconds(30)

export interface LogGrace {
  /** Undefined where the log gives no answer. Fails with it where it has given none for too long. */
  readonly answer: <A, E>(question: Effect.Effect<A, E | LogUnavailable>) => Effect.Effect<
    A | undefined,
    E | LogUnavailable
  >
}

/** For questions of one kind: an answer to another says nothing of them. */
export const make = (): LogGrace => {
  let silentSince: number | undefined
  return {
    answer: Effect.fnUntraced(function*(question) {
      const exit = yield* Effect.result(question)
      if (exit._tag === "Success") {
        silentSince = undefined
        return exit.success
      }
      const error = exit.failure
      if (!(error instanceof LogUnavailable)) return yield* Effect.fail(error)
      const now = yield* Monotonic.now
      silentSince ??= now
      if (now - silentSince > Duration.toMillis(LOG_GRACE)) return yield* Effect.fail(error)
      return undefined
    })
  }
}

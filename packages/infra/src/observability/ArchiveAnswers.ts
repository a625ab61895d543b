/** Whether the archive answers: asks for as long as it takes, and says once that it is away, and that it is back. */
import type { ArchiveError } from "@flash-sale/domain/ports/Archive"
import { Effect, Metric, Schedule } from "effect"
import * as Log from "./logs/Log.ts"

/** The wait before an archive that is away is asked again. */
const untilBack = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("3 seconds")]))

export interface Answers {
  /** Asks the archive for as long as it takes. One line says that it is away, and one that it is back. */
  readonly persist: <A, R>(ask: Effect.Effect<A, ArchiveError, R>) => Effect.Effect<A, never, R>
  /** Why the archive is away; undefined where it answers. */
  readonly away: () => string | undefined
}

/** Who asks: the gauge that says whether the archive answers, and what waits meanwhile, for a line. */
export interface Asker {
  readonly up: Metric.Metric<number, unknown>
  readonly waits: string
}

export const make = ({ up, waits }: Asker): Answers => {
  /** Asks that have failed and are asked again. It is away while there is one, whatever others are answered. */
  let waiting = 0
  let away: string | undefined
  let hasAnswered = false

  const isAway = (error: ArchiveError) =>
    Effect.suspend(() => {
      const detail = error._tag === "NoArchive" ? "there is none" : error.detail
      const isKnown = away !== undefined
      away = detail
      if (isKnown) return Effect.void
      const line = `The archive is away, and ${waits} waits: ${detail}`
      return Effect.andThen(
        Metric.update(up, 0),
        Log.warn(line, { event: "dependency_down", detail: "archive" })
      )
    })
  const isBack = Effect.suspend(() => {
    hasAnswered = true
    if (waiting > 0) return Effect.void
    const wasAway = away !== undefined
    away = undefined
    const say = wasAway ? Log.info("The archive answers", { event: "dependency_up", detail: "archive" }) : Effect.void
    return Effect.andThen(Metric.update(up, 1), say)
  })

  return {
    persist: (ask) =>
      Effect.suspend(() => {
        let own = 0
        return ask.pipe(
          Effect.tapError((error) => {
            waiting += 1 - own
            own = 1
            return isAway(error)
          }),
          Effect.retry(untilBack),
          // The schedule has no end, so no failure comes past it.
          Effect.orDie,
          Effect.ensuring(Effect.sync(() => void (waiting -= own))),
          Effect.tap(() => isBack)
        )
      }),
    away: () => away ?? (hasAnswered ? undefined : "it has not answered yet")
  }
}

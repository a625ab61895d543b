/**
 * The file descriptors of this process against their limit: gauges, a warning at 80 %, an error where none is left.
 *
 * **Details**: without a descriptor the system closes each connection as it comes, and Node says nothing of it. So the
 * look itself is the witness: it needs a descriptor, and fails with EMFILE where there is none.
 */
import { Effect, Layer, Metric, Schedule } from "effect"
import { readdir, readFile } from "node:fs/promises"
import * as Headroom from "./Headroom.ts"
import * as Log from "./logs/Log.ts"
import * as ProcessMetrics from "./metrics/ProcessMetrics.ts"

/** Where Linux lists the descriptors and limits of the process; other systems have no such folder. */
const OPEN = "/proc/self/fd"
const LIMITS = "/proc/self/limits"

/** Descriptors that are open; `out` where not even the question could get one. */
export type Open = number | "out"

/** The system that is asked: the limit, undefined where it has none or says none, and what is open. */
export interface System {
  readonly max: Effect.Effect<number | undefined>
  readonly open: Effect.Effect<Open | undefined>
}

const isOut = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EMFILE" || error.code === "ENFILE")

/** What Linux says of this process. */
export const linux: System = {
  max: Effect.promise(() =>
    readFile(LIMITS, "utf8").then((text) => {
      const [, limit] = /^Max open files\s+(\d+)/m.exec(text) ?? []
      return limit === undefined ? undefined : Number(limit)
    }, () => undefined)
  ),
  open: Effect.promise(() =>
    readdir(OPEN).then(({ length }): Open => length, (error: unknown) => isOut(error) ? "out" as const : undefined)
  )
}

/** Looks for as long as the layer lives; on a system that does not say, nothing is shown. */
export const layer = ({ max, open }: System = linux): Layer.Layer<never> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const limit = yield* max
    if (limit === undefined) return
    yield* Metric.update(ProcessMetrics.maxDescriptors, limit)
    let said = Headroom.NOTHING_SAID
    const look = Effect.gen(function*() {
      const found = yield* open
      if (found === undefined) return
      const count = found === "out" ? limit : found
      yield* Metric.update(ProcessMetrics.openDescriptors, count)
      const [next, line] = Headroom.look(said, { open: count, max: limit, refused: found === "out" ? 1 : 0 })
      said = next
      if (line !== undefined) yield* tell(line.level, count, limit)
    })
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(Headroom.LOOK_EVERY)))
  }))

const tell = (level: Headroom.Line["level"], open: number, limit: number): Effect.Effect<void> =>
  level === "out"
    ? Log.error(
      `No file descriptor is left of ${limit}: connections are closed as they come, and none can be opened: ` +
        "raise the limit of open files",
      { event: "descriptors_short" }
    )
    : Log.warn(`${open} of ${limit} file descriptors are open: raise the limit of open files`, {
      event: "descriptors_short"
    })

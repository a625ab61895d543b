/** What a port tells of its connections: gauges, what was dropped and why, and a line where room is short. */
import { Effect, Metric, Schedule, type Scope } from "effect"
import * as Headroom from "../observability/Headroom.ts"
import * as Log from "../observability/logs/Log.ts"
import * as ConnectionMetrics from "../observability/metrics/ConnectionMetrics.ts"
import type { Dropped } from "./Connections.ts"

export interface ConnectionWatch {
  /** Counts a connection that was closed, or not let in. */
  readonly dropped: (dropped: Dropped) => void
}

/** Why there is no room. A client that does not read, or asks too much at once, is no sign of it. */
const shortOf = ({ address, reason }: Dropped): string | undefined => {
  switch (reason) {
    case "full":
      return "the bound is reached"
    case "address":
      return `the bound of one address is reached, of ${address}`
    case "accept":
      return "the system has no file descriptor for them"
    default:
      return undefined
  }
}

/** Watches for as long as the scope is open. `open` says how many there are. */
export const make = Effect.fnUntraced(function*(
  port: ConnectionMetrics.Port,
  max: number,
  open: () => number
): Effect.fn.Return<ConnectionWatch, never, Scope.Scope> {
  const context = yield* Effect.context<never>()
  const metrics = ConnectionMetrics.of(port)
  // Reading a metric registers it.
  yield* Effect.forEach(ConnectionMetrics.all(port), Metric.value, { discard: true })
  yield* Metric.update(metrics.max, max)
  let refused = 0
  let why = ""
  let said = Headroom.NOTHING_SAID
  const look = Effect.gen(function*() {
    yield* Metric.update(metrics.open, open())
    const [next, line] = Headroom.look(said, { open: open(), max, refused })
    refused = 0
    said = next
    if (line !== undefined) yield* tell(line, open(), max, why)
  })
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(Headroom.LOOK_EVERY)))
  return {
    dropped: (dropped) => {
      metrics.dropped.of(dropped.reason).updateUnsafe(1, context)
      const short = shortOf(dropped)
      if (short === undefined) return
      refused++
      why = short
    }
  }
})

const tell = ({ level, refused }: Headroom.Line, open: number, max: number, why: string): Effect.Effect<void> =>
  level === "out"
    ? Log.error(`${refused} connections were closed or not let in, ${open} of ${max} are open: ${why}`, {
      event: "connections_short"
    })
    : Log.warn(`${open} of ${max} connections are open`, { event: "connections_short" })

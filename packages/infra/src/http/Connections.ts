/** The connections of an HTTP server against their bound: what is open and what was closed as it came. */
import { Effect, Metric, Schedule, type Scope } from "effect"
import type { Server } from "node:http"
import type { Socket } from "node:net"
import * as Headroom from "../observability/Headroom.ts"
import * as Log from "../observability/logs/Log.ts"
import * as ProcessMetrics from "../observability/metrics/ProcessMetrics.ts"

/** Whether accepting a connection failed; an error of listening is the server's own to report. */
const isOfAccepting = (error: Error): boolean => "syscall" in error && error.syscall === "accept"

/**
 * Counts a server's connections, logs where they come near `maxConnections` or are dropped, and reports a failure to
 * accept one, which would end the process without a listener. To be called before the server listens.
 */
export const watch = Effect.fnUntraced(function*(
  server: Server,
  maxConnections: number
): Effect.fn.Return<void, never, Scope.Scope> {
  const context = yield* Effect.context<never>()
  let open = 0
  let refused = 0
  let reason = ""
  const drop = (why: string): void => {
    refused++
    reason = why
    ProcessMetrics.connectionsDropped.updateUnsafe(1, context)
  }
  server.on("connection", (socket: Socket) => {
    open++
    socket.once("close", () => {
      open--
    })
  })
  server.on("drop", () => drop("the bound is reached"))
  server.on("error", (error) => {
    if (isOfAccepting(error)) drop(error.message)
  })
  let said = Headroom.NOTHING_SAID
  const look = Effect.gen(function*() {
    yield* Metric.update(ProcessMetrics.connections, open)
    const [next, line] = Headroom.look(said, { open, max: maxConnections, refused })
    refused = 0
    said = next
    if (line !== undefined) yield* tell(line, open, maxConnections, reason)
  })
  yield* Metric.update(ProcessMetrics.maxConnections, maxConnections)
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(Headroom.LOOK_EVERY)))
})

const tell = ({ level, refused }: Headroom.Line, open: number, max: number, reason: string): Effect.Effect<void> =>
  level === "out"
    ? Log.error(`${refused} connections were closed as they came, ${open} of ${max} are open: ${reason}`, {
      event: "connections_short"
    })
    : Log.warn(`${open} of ${max} connections are open`, { event: "connections_short" })

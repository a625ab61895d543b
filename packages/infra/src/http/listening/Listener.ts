/** A port that listens, with a bound on everything that a client can delay or hold. Every port of the engine is one. */
import { NodeHttpServer } from "@effect/platform-node"
import { type Duration, Effect, Layer, Schedule, Schema } from "effect"
import type { IncomingMessage } from "node:http"
import { messageOf } from "../../errors/MessageOf.ts"
import type * as ConnectionMetrics from "../../observability/metrics/ConnectionMetrics.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import * as ConnectionWatch from "../ConnectionWatch.ts"
import type { Bounds } from "../Seats.ts"
import { type Answering, BoundedServer } from "./BoundedServer.ts"
import * as SharedPort from "./SharedPort.ts"

/** How often it is looked for clients that do not read. */
const LOOK_EVERY = "1 second"

/** The port cannot be listened on: another process has it, or it is not ours to take. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  port: Schema.Int,
  /** The setting that names another. */
  variable: Schema.Literals(["HTTP_PORT", "METRICS_PORT", "ADMIN_PORT"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot listen on port ${this.port} (${this.variable}): ${this.detail}`
  }
}

export interface ListenerOptions extends Answering {
  /** 0 takes any that is free. */
  readonly port: number
  /** The address to listen on; all of the machine where it is undefined. */
  readonly host: string | undefined
  readonly variable: CannotListen["variable"]
  /** Sockets that listen on it, where the system can share a port: as many connections are accepted at once. */
  readonly sockets: number
  /** Whose series show its connections. */
  readonly metrics: ConnectionMetrics.Port
  readonly bounds: Bounds
  /** Whether connections of this address have no bound of their own. */
  readonly isTrusted: (address: string) => boolean
  /** Whether a request is answered on the connections that are kept for probes. */
  readonly isProbe: (request: IncomingMessage) => boolean
  /** How long requests under way may take at shutdown. */
  readonly shutdownTimeout: Duration.Input
}

/** Whether accepting a connection failed; an error of listening is the server's own to report. */
const isOfAccepting = (error: Error): boolean => "syscall" in error && error.syscall === "accept"

/** Listens for as long as the layer lives. */
export const layer = (options: ListenerOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const { bounds, host, isProbe, isTrusted, port, shutdownTimeout, sockets } = options
    let open = () => 0
    const { dropped } = yield* ConnectionWatch.make(options.metrics, bounds.max, () => open())
    const server = new BoundedServer({ bounds, isTrusted, isProbe, onDrop: dropped }, options)
    open = server.admitted.open
    // One that the system could not accept is one client less, and must not end the process.
    server.on("error", (error) => {
      if (isOfAccepting(error)) dropped({ reason: "accept", address: "" })
    })
    const now = yield* Monotonic.reader
    const look = Effect.sync(() => server.admitted.dropStalled(now()))
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(LOOK_EVERY)))
    const isShared = sockets > 1 && (yield* SharedPort.isPossible(host))
    if (isShared) yield* SharedPort.requireFree(host, port)
    const more = isShared ? sockets - 1 : 0
    return NodeHttpServer.layer(() => server, {
      port,
      host,
      reusePort: isShared,
      gracefulShutdownTimeout: shutdownTimeout
    }).pipe(
      Layer.tap(() => SharedPort.share(server, more, host))
    )
  })).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(Effect.fail(
        new CannotListen({ port: options.port, variable: options.variable, detail: messageOf(cause) })
      )))
  )

/** A port that listens, with a bound on everything that a client can delay or hold. Every port of the engine is one. */
import { NodeHttpServer } from "@effect/platform-node"
import { type Duration, Effect, Layer, Schedule, Schema } from "effect"
import { type IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { messageOf } from "../errors/MessageOf.ts"
import type * as ConnectionMetrics from "../observability/metrics/ConnectionMetrics.ts"
import * as Monotonic from "../time/Monotonic.ts"
import type { Exchange } from "./ClientConnection.ts"
import * as Connections from "./Connections.ts"
import * as ConnectionWatch from "./ConnectionWatch.ts"
import * as FaultAnswer from "./faults/FaultAnswer.ts"
import * as RequestFault from "./faults/RequestFault.ts"
import type { Bounds } from "./Seats.ts"

/** How long a client may take to send its headers, and its whole request, in milliseconds. */
const HEADERS_TIMEOUT = 5_000
const REQUEST_TIMEOUT = 10_000
/** How often Node looks for requests that took longer, in milliseconds. */
const CHECK_EVERY = 1_000
/** How long an idle connection stays open, in milliseconds. */
const KEEP_ALIVE = 65_000
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

type ResponseClass = typeof ServerResponse<IncomingMessage>

export interface ListenerOptions {
  /** 0 takes any that is free. */
  readonly port: number
  /** The address to listen on; all of the machine where it is undefined. */
  readonly host: string | undefined
  readonly variable: CannotListen["variable"]
  /** Whose series show its connections. */
  readonly metrics: ConnectionMetrics.Port
  readonly bounds: Bounds
  /** Whether connections of this address have no bound of their own. */
  readonly isTrusted: (address: string) => boolean
  /** Whether a request is answered on the connections that are kept for probes. */
  readonly isProbe: (request: IncomingMessage) => boolean
  /** Takes a request before the framework does, or leaves it to it and returns false. */
  readonly take: (request: IncomingMessage, response: ServerResponse) => boolean
  /** How answers are written; Node's own way where it is absent. */
  readonly response?: ResponseClass | undefined
  /** How long requests under way may take at shutdown. */
  readonly shutdownTimeout: Duration.Input
}

/** Whether accepting a connection failed; an error of listening is the server's own to report. */
const isOfAccepting = (error: Error): boolean => "syscall" in error && error.syscall === "accept"

/** A server whose listeners see the connections that were let in, and their requests one after the other. */
export class BoundedServer extends Server<typeof IncomingMessage, ResponseClass> {
  readonly admitted: Connections.Connections
  readonly #take: ListenerOptions["take"]
  readonly #onDrop: Connections.Rules["onDrop"]
  /** A client that has ended its side is answered all the same; Node reads this, and its types do not know it. */
  readonly httpAllowHalfOpen = true

  constructor(
    rules: Omit<Connections.Rules, "serve">,
    { response = ServerResponse, take }: Pick<ListenerOptions, "response" | "take">
  ) {
    super({
      ServerResponse: response,
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      connectionsCheckingInterval: CHECK_EVERY,
      keepAliveTimeout: KEEP_ALIVE,
      // A request without it is answered as others are that have a fault.
      requireHostHeader: false,
      // A client that offers another protocol goes on with this one: bodies of upgraded requests are not read.
      shouldUpgradeCallback: () => false
    })
    this.admitted = Connections.make({ ...rules, serve: (exchange) => this.#serve(exchange) })
    this.#take = take
    this.#onDrop = rules.onDrop
    // Without a listener Node closes the connection, whatever was taken on it before.
    this.on("connect", (_, socket: Socket) => {
      socket.resume()
      this.admitted.fault(socket, RequestFault.TUNNEL)
    })
  }

  #serve({ event, request, response }: Exchange): void {
    const fault = RequestFault.ofRequest(request)
    if (fault !== undefined) {
      this.#onDrop({ reason: "malformed", address: request.socket.remoteAddress ?? "" })
      return FaultAnswer.send(response, fault)
    }
    if (event === "request" && this.#take(request, response)) return
    super.emit(event, request, response)
  }

  override emit(event: string, ...args: Array<unknown>): boolean {
    switch (event) {
      case "connection":
        return this.admitted.admit(args[0] as Socket) && super.emit(event, ...args)
      case "request":
      case "checkContinue":
        this.admitted.take({ event, request: args[0] as IncomingMessage, response: args[1] as ServerResponse })
        return true
      case "clientError":
        this.admitted.fault(args[1] as Socket, RequestFault.ofError(args[0]))
        return true
      default:
        return super.emit(event, ...args)
    }
  }
}

/** Listens for as long as the layer lives. */
export const layer = (options: ListenerOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const { bounds, host, isProbe, isTrusted, port, shutdownTimeout } = options
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
    return NodeHttpServer.layer(() => server, {
      port,
      ...(host === undefined ? {} : { host }),
      gracefulShutdownTimeout: shutdownTimeout
    })
  })).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(Effect.fail(
        new CannotListen({ port: options.port, variable: options.variable, detail: messageOf(cause) })
      )))
  )

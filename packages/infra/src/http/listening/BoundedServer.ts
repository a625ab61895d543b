/** A server of HTTP with a bound on everything that a client can delay or hold. */
import { type IncomingMessage, Server, ServerResponse } from "node:http"
import type { Server as ListeningSocket, Socket } from "node:net"
import type { Exchange } from "../ClientConnection.ts"
import * as Connections from "../Connections.ts"
import * as FaultAnswer from "../faults/FaultAnswer.ts"
import * as RequestFault from "../faults/RequestFault.ts"

/** How long a client may take to send its headers, and its whole request, in milliseconds. */
const HEADERS_TIMEOUT = 5_000
const REQUEST_TIMEOUT = 10_000
/** How often Node looks for requests that took longer, in milliseconds. */
const CHECK_EVERY = 1_000
/** How long an idle connection stays open, in milliseconds. */
const KEEP_ALIVE = 65_000

/** How answers are written. */
export type ResponseClass = typeof ServerResponse<IncomingMessage>

/** What it does with a request that has no fault, and by which class it is answered. */
export interface Answering {
  /** Takes a request before the framework does, or leaves it to it and returns false. */
  readonly take: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Node's own way where it is absent. */
  readonly response?: ResponseClass | undefined
}

/** A server whose listeners see the connections that were let in, and their requests one after the other. */
export class BoundedServer extends Server<typeof IncomingMessage, ResponseClass> {
  readonly admitted: Connections.Connections
  /** Others that listen on its port: their connections are its own, and it closes when they have. */
  readonly #sharing: Array<ListeningSocket> = []
  readonly #take: Answering["take"]
  readonly #onDrop: Connections.Rules["onDrop"]
  /** A client that has ended its side is answered all the same; Node reads this, and its types do not know it. */
  readonly httpAllowHalfOpen = true

  constructor(
    rules: Omit<Connections.Rules, "serve">,
    { response = ServerResponse, take }: Answering
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

  /** Takes the connections of a socket that listens, and its faults. */
  share(socket: ListeningSocket): void {
    this.#sharing.push(socket)
    socket.on("connection", (connection) => this.emit("connection", connection))
    socket.on("error", (error) => this.emit("error", error))
  }

  override close(callback?: (error?: Error) => void): this {
    const closed = this.#sharing.splice(0).map((socket) =>
      new Promise<void>((resolve) => {
        socket.close(() => resolve())
      })
    )
    return super.close((error) => void Promise.all(closed).then(() => callback?.(error)))
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

/** The gateway's port, with a bound on everything that a client can delay. */
import { NodeHttpServer } from "@effect/platform-node"
import * as Connections from "@flash-sale/infra/http/Connections"
import { CannotListen } from "@flash-sale/infra/http/MetricsServer"
import { Effect, Layer } from "effect"
import { type IncomingMessage, Server, type ServerResponse } from "node:http"
import { BuyRoute } from "../buy/BuyRoute.ts"
import { LingeringResponse } from "./LingeringResponse.ts"

/** How long requests under way may take at shutdown: with what comes before and after, it ends within 30 s. */
const SHUTDOWN_TIMEOUT = "20 seconds"
/** How long a client may take to send its headers, and its whole request, in milliseconds. */
const HEADERS_TIMEOUT = 5_000
const REQUEST_TIMEOUT = 10_000
/** How often Node looks for requests that took longer, in milliseconds. */
const CHECK_EVERY = 1_000
/** How long an idle connection stays open, in milliseconds. */
const KEEP_ALIVE = 65_000
/** Connections at once; more are closed as they come. */
export const MAX_CONNECTIONS = 10_000

type Take = BuyRoute["Service"]["take"]

/** A server whose listeners see only the requests that `take` leaves them. */
class HotRouteServer extends Server<typeof IncomingMessage, typeof LingeringResponse> {
  readonly #take: Take

  constructor(take: Take, maxConnections: number) {
    super({
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      connectionsCheckingInterval: CHECK_EVERY,
      keepAliveTimeout: KEEP_ALIVE,
      ServerResponse: LingeringResponse,
      // A client that offers another protocol goes on with this one: bodies of upgraded requests are not read.
      shouldUpgradeCallback: () => false
    })
    this.maxConnections = maxConnections
    this.#take = take
  }

  override emit(event: string, ...args: Array<unknown>): boolean {
    if (event === "request" && this.#take(args[0] as IncomingMessage, args[1] as ServerResponse)) return true
    return super.emit(event, ...args)
  }
}

/** Listens on `port`; 0 takes any that is free. */
export const layer = (port: number, maxConnections = MAX_CONNECTIONS) =>
  Layer.unwrap(
    Effect.gen(function*() {
      const { take } = yield* BuyRoute
      const server = new HotRouteServer(take, maxConnections)
      yield* Connections.watch(server, maxConnections)
      return NodeHttpServer.layer(() => server, { port, gracefulShutdownTimeout: SHUTDOWN_TIMEOUT })
    })
  ).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(Effect.fail(
        new CannotListen({
          port,
          variable: "HTTP_PORT",
          detail: cause instanceof Error ? cause.message : String(cause)
        })
      )))
  )

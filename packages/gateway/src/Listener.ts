/** The gateway's port, with a bound on everything that a client can take its time over. */
import { NodeHttpServer } from "@effect/platform-node"
import { CannotListen } from "@flash-sale/infra/observability/MetricsServer"
import { Effect, Layer } from "effect"
import { createServer } from "node:http"

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
const MAX_CONNECTIONS = 10_000

const server = () => {
  const created = createServer({
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_EVERY,
    keepAliveTimeout: KEEP_ALIVE
  })
  created.maxConnections = MAX_CONNECTIONS
  return created
}

/** Listens on `port`; 0 takes any that is free. */
export const layer = (port: number) =>
  NodeHttpServer.layer(server, { port, gracefulShutdownTimeout: SHUTDOWN_TIMEOUT }).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(Effect.fail(
        new CannotListen({
          port,
          variable: "HTTP_PORT",
          detail: cause instanceof Error ? cause.message : String(cause)
        })
      )))
  )

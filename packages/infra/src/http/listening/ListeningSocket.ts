/** A socket that listens on a port, and serves nothing by itself. */
import { Effect, type Scope } from "effect"
import { createServer, type ListenOptions, type Server } from "node:net"

/** A port, the address to listen on, which is all of the machine where it is undefined, and whether others share it. */
export type Place = Pick<ListenOptions, "host" | "port" | "reusePort">

/** As Node's own server of HTTP accepts connections. */
const OF_HTTP = { allowHalfOpen: true, noDelay: true }

/** Listens until who has it closes it. Fails as the system does. */
export const open = (place: Place): Effect.Effect<Server, Error> =>
  Effect.callback((resume) => {
    const server = createServer(OF_HTTP)
    const onError = (error: Error): void => resume(Effect.fail(error))
    server.once("error", onError)
    server.listen(place, () => {
      server.off("error", onError)
      resume(Effect.succeed(server))
    })
  })

/** Listens until the scope closes; the place is free again then. */
export const scoped = (place: Place): Effect.Effect<Server, Error, Scope.Scope> =>
  Effect.acquireRelease(
    open(place),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

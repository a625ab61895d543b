/**
 * A port on which several sockets of this process listen. Node accepts one connection of a socket in each turn of its
 * loop, and a turn of a busy process serves many requests: behind a single socket buyers who come at once would wait
 * for a turn each. The system spreads them over the sockets. Decision 66.
 */
import { Effect, type Scope } from "effect"
import { ServeError } from "effect/http/HttpServerError"
import { createServer, type Server } from "node:net"
import type { BoundedServer } from "./BoundedServer.ts"

/** The address to listen on; all of the machine where there is none. */
export interface Address {
  readonly host?: string
}

interface Place extends Address {
  readonly port: number
}

/** As Node's own server of HTTP accepts them. */
const OF_HTTP = { allowHalfOpen: true, noDelay: true }

const listen = (place: Place, reusePort = true): Effect.Effect<Server, Error> =>
  Effect.callback((resume) => {
    const server = createServer(OF_HTTP)
    server.once("error", (error) => resume(Effect.fail(error)))
    server.listen({ ...place, reusePort }, () => {
      server.removeAllListeners("error")
      resume(Effect.succeed(server))
    })
  })

const portOf = (server: Pick<Server, "address">): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

const listenForAWhile = (place: Place, reusePort = true): Effect.Effect<Server, Error, Scope.Scope> =>
  Effect.acquireRelease(
    listen(place, reusePort),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

/** Whether two sockets may listen on one port: not on macOS and Windows, and not before Node 22.12. */
export const isPossible = (address: Address): Effect.Effect<boolean> =>
  listenForAWhile({ ...address, port: 0 }).pipe(
    Effect.flatMap((first) => listenForAWhile({ ...address, port: portOf(first) })),
    Effect.scoped,
    Effect.isSuccess
  )

/**
 * Fails where anyone listens there. To be asked right before a port is shared: the system would let a process in with
 * another that shares it.
 */
export const requireFree = (place: Place): Effect.Effect<void, ServeError> =>
  Effect.scoped(listenForAWhile(place, false)).pipe(
    Effect.mapError((cause) => new ServeError({ cause })),
    Effect.asVoid
  )

/** Has so many more sockets listen on the port of a server that does, which was told that it is shared. */
export const share = (server: BoundedServer, more: number, address: Address): Effect.Effect<void, ServeError> =>
  Effect.forEach(
    Array.from({ length: more }),
    () => Effect.map(listen({ ...address, port: portOf(server) }), (socket) => server.share(socket)),
    { discard: true }
  ).pipe(Effect.mapError((cause) => new ServeError({ cause })))

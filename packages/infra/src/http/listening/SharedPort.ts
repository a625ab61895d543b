/**
 * A port on which several sockets of this process listen. Node accepts one connection of a socket in each turn of its
 * loop, and a turn of a busy process serves many requests: behind a single socket buyers who come at once would wait
 * for a turn each. The system spreads them over the sockets. Decision 66.
 */
import { Effect } from "effect"
import { ServeError } from "effect/http/HttpServerError"
import type { Server } from "node:net"
import type { BoundedServer } from "./BoundedServer.ts"
import * as ListeningSocket from "./ListeningSocket.ts"

/** The address to listen on; undefined for all of the machine. */
type Host = string | undefined

const portOf = (server: Pick<Server, "address">): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

/** Whether two sockets may listen on one port: not on macOS and Windows, and not before Node 22.12. */
export const isPossible = (host: Host): Effect.Effect<boolean> => {
  const listen = (port: number) => ListeningSocket.scoped({ host, port, reusePort: true })
  return Effect.isSuccess(Effect.scoped(Effect.flatMap(listen(0), (first) => listen(portOf(first)))))
}

/**
 * Fails where anyone listens there. To be asked right before a port is shared: the system would let a process in with
 * another that shares it.
 */
export const requireFree = (host: Host, port: number): Effect.Effect<void, ServeError> =>
  Effect.scoped(ListeningSocket.scoped({ host, port })).pipe(
    Effect.mapError((cause) => new ServeError({ cause })),
    Effect.asVoid
  )

/** Has so many more sockets listen on the port of a server that does, which was told that it is shared. */
export const share = (server: BoundedServer, more: number, host: Host): Effect.Effect<void, ServeError> =>
  Effect.forEach(
    Array.from({ length: more }),
    () =>
      Effect.map(
        ListeningSocket.open({ host, port: portOf(server), reusePort: true }),
        (socket) => server.share(socket)
      ),
    { discard: true }
  ).pipe(Effect.mapError((cause) => new ServeError({ cause })))

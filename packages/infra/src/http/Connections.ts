/**
 * The connections of a port: who is let in, one answer at a time on each, and an end to those that do not read. Why:
 * docs/decisions/0036-connections-and-answers-that-cost-memory.md.
 */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { DropReason } from "../observability/metrics/ConnectionMetrics.ts"
import * as AddressKey from "./AddressKey.ts"
import * as ClientConnection from "./ClientConnection.ts"
import * as Ending from "./faults/Ending.ts"
import type { RequestFault } from "./faults/RequestFault.ts"
import * as Seats from "./Seats.ts"
import * as Stall from "./Stall.ts"

/** A connection that was closed, or not let in; `address` is the client's, empty where it is not known. */
export interface Dropped {
  readonly reason: DropReason
  readonly address: string
}

export interface Rules {
  readonly bounds: Seats.Bounds
  /** Whether connections of this address count against no bound of their own. */
  readonly isTrusted: (address: string) => boolean
  /** Whether a request is answered on a connection beyond the bounds. */
  readonly isProbe: (request: IncomingMessage) => boolean
  readonly onDrop: (dropped: Dropped) => void
  /** Hands a request to those who answer it. */
  readonly serve: (exchange: ClientConnection.Exchange) => void
}

export interface Connections {
  /** Lets a connection in, or closes it and returns false. */
  readonly admit: (socket: Socket) => boolean
  /** Serves the request when all before it on its connection are answered; never where the connection is closed. */
  readonly take: (exchange: ClientConnection.Exchange) => void
  /** Something came that is no request: answers what was taken before it, and ends the connection. */
  readonly fault: (socket: Socket, fault: RequestFault | undefined) => void
  /**
   * Drops connections of which the client has read nothing since `Stall.WRITE_TIMEOUT`, and closes those that do not
   * end. In milliseconds.
   */
  readonly dropStalled: (now: number) => void
  readonly open: () => number
}

type Connection = ClientConnection.ClientConnection

/** Looks whether a client reads what waits for it; true where it has not for too long. */
const isStalled = (connection: Connection, now: number): boolean => {
  if (connection.current === undefined) return false
  connection.stall = Stall.look(connection.stall, connection.socket, now)
  return Stall.isOver(connection.stall, now)
}

export const make = ({ bounds, isProbe, isTrusted, onDrop, serve }: Rules): Connections => {
  const seats = Seats.make(bounds)
  const bySocket = new Map<Socket, Connection>()
  const bySeat = new Map<Seats.Seat, Connection>()

  const forget = (connection: Connection): void => {
    seats.leave(connection.seat)
    bySocket.delete(connection.socket)
    bySeat.delete(connection.seat)
    connection.current = undefined
    connection.waiting.length = 0
  }
  const drop = (connection: Connection, reason: DropReason): void => {
    const address = AddressKey.plain(connection.socket.remoteAddress ?? "")
    forget(connection)
    ClientConnection.cut(connection)
    onDrop({ reason, address })
  }

  const begin = (connection: Connection, exchange: ClientConnection.Exchange): void => {
    const { seat } = connection
    if (seat.beyond !== undefined && !isProbe(exchange.request)) return drop(connection, seat.beyond)
    connection.current = exchange
    seats.busy(seat)
    exchange.response.on("close", connection.onAnswered)
    serve(exchange)
  }
  const answered = (connection: Connection): void => {
    if (connection.current === undefined) return
    connection.current = connection.stall = undefined
    const next = ClientConnection.next(connection)
    if (next !== undefined) return begin(connection, next)
    seats.idle(connection.seat)
    Ending.conclude(connection)
  }
  const welcome = (socket: Socket, seat: Seats.Seat): void => {
    const connection = ClientConnection.make(socket, seat, answered)
    bySocket.set(socket, connection)
    bySeat.set(seat, connection)
    socket.once("close", () => forget(connection))
    socket.once("end", () => Ending.ended(connection))
  }

  return {
    admit: (socket) => {
      const address = AddressKey.plain(socket.remoteAddress ?? "")
      const { evicted, met, seat } = seats.admit(isTrusted(address) ? undefined : AddressKey.of(address))
      const closed = evicted === undefined ? undefined : bySeat.get(evicted)
      if (closed !== undefined) drop(closed, closed.seat.beyond ?? met ?? "full")
      if (seat === undefined) {
        onDrop({ reason: met ?? "full", address })
        socket.destroy()
      } else welcome(socket, seat)
      return seat !== undefined
    },
    take: (exchange) => {
      const connection = bySocket.get(exchange.request.socket)
      if (connection === undefined || connection.fault !== undefined) return
      if (connection.current === undefined) begin(connection, exchange)
      else if (!ClientConnection.wait(connection, exchange)) drop(connection, "pipelined")
    },
    fault: (socket, fault) => Ending.meet(bySocket.get(socket), socket, fault, onDrop),
    dropStalled: (now) => {
      for (const connection of bySocket.values()) {
        if (Ending.isOver(connection, now)) connection.socket.destroy()
        else if (isStalled(connection, now)) drop(connection, "slow")
      }
    },
    open: seats.open
  }
}

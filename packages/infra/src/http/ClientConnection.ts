/** One connection: its socket and seat, and the requests on it that wait for the answer before theirs. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { MetFault } from "./faults/RequestFault.ts"
import type { Seat } from "./Seats.ts"
import type { Stall } from "./Stall.ts"

/** Requests that may wait on a connection for the answer before theirs; with more it is closed. */
export const MAX_PIPELINED = 64
/** What their heads may take together, in characters. */
export const MAX_PIPELINED_SIZE = 64 * 1024

/** A request with what answers it, and the event by which Node hands it over. */
export interface Exchange {
  readonly event: "request" | "checkContinue"
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface ClientConnection {
  readonly socket: Socket
  readonly seat: Seat
  /** What is remembered of a client that does not read; undefined where nothing waits for it. */
  stall: Stall | undefined
  readonly onAnswered: () => void
  /** The request of which the answer is under way. */
  current: Exchange | undefined
  readonly waiting: Array<Exchange>
  waitingSize: number
  /** Undefined where everything that came was a request. */
  fault: MetFault | undefined
  /** Whether the client has ended its side: it says no more, and may still listen. */
  hasEnded: boolean
  /** Since when it has been ending, in milliseconds; undefined until it is looked at. */
  endingSince: number | undefined
}

/** `answered` is called when an answer has ended, in whichever way. */
export const make = (
  socket: Socket,
  seat: Seat,
  answered: (connection: ClientConnection) => void
): ClientConnection => {
  const connection: ClientConnection = {
    socket,
    seat,
    stall: undefined,
    onAnswered: () => answered(connection),
    current: undefined,
    waiting: [],
    waitingSize: 0,
    fault: undefined,
    hasEnded: false,
    endingSince: undefined
  }
  return connection
}

const sizeOf = ({ rawHeaders, url = "" }: IncomingMessage): number =>
  rawHeaders.reduce((size, part) => size + part.length, url.length)

/** Has a request wait; false where that is too many or too much. */
export const wait = (connection: ClientConnection, exchange: Exchange): boolean => {
  connection.waiting.push(exchange)
  connection.waitingSize += sizeOf(exchange.request)
  return connection.waiting.length <= MAX_PIPELINED && connection.waitingSize <= MAX_PIPELINED_SIZE
}

/** The request that has waited for longest, which waits no more. None where the connection takes no more answers. */
export const next = (connection: ClientConnection): Exchange | undefined => {
  const exchange = connection.socket.writable ? connection.waiting.shift() : undefined
  if (exchange !== undefined) connection.waitingSize -= sizeOf(exchange.request)
  return exchange
}

/** What a parser is told of a request after which it has to stop, as after an upgrade to another protocol. */
const STOP = 2

/**
 * Ends the connection, and with it the reading of what has come already: Node would go on to parse it, a thousand
 * requests of one packet, and keep them all until the socket has closed.
 *
 * **Details**: Node has no public way to do so; where its parser is another one, it goes on as it would.
 */
export const cut = ({ socket }: ClientConnection): void => {
  const parser: unknown = Reflect.get(socket, "parser")
  if (typeof parser === "object" && parser !== null && "onIncoming" in parser) parser.onIncoming = () => STOP
  socket.destroy()
}

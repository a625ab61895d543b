/**
 * How a connection ends on which something was said that is no request, or whose client says no more. What was taken is
 * answered first. Why: docs/decisions/0048-what-was-taken-is-answered.md.
 *
 * **Details**: a connection that is closed while bytes wait to be read is reset, and the reset overtakes the answer. So
 * only our own side is ended, and what still comes is read and thrown away, within bounds of time and of bytes.
 */
import type { Socket } from "node:net"
import type { DropReason } from "../../observability/metrics/ConnectionMetrics.ts"
import * as AddressKey from "../AddressKey.ts"
import type { ClientConnection, Exchange } from "../ClientConnection.ts"
import * as FaultAnswer from "./FaultAnswer.ts"
import type { RequestFault } from "./RequestFault.ts"

/** How long a connection that ends may take, in milliseconds: as long as a request may. */
export const END_TIMEOUT = 10_000
/** The most that is read after a fault, in bytes. */
export const MAX_DISCARDED = 1024 * 1024

const isWhole = ({ request }: Exchange): boolean => request.complete

/** Whether an answer has begun that goes on, as a stream does. */
const isStreaming = ({ current }: ClientConnection): boolean =>
  current !== undefined && current.response.headersSent && !current.response.writableEnded

/**
 * From here on nothing more is taken from the connection. Returns whether an answer to a whole request is to come: then
 * `conclude` is called after the last of them, else at once. The last says that it is the last.
 */
const begin = (connection: ClientConnection, fault: RequestFault): boolean => {
  const { current, socket, waiting } = connection
  // Whoever would close it behind an answer ends our own side alone.
  socket.destroySoon = () => {
    socket.end()
  }
  const cut = waiting.at(-1)
  if (cut !== undefined && !isWhole(cut)) waiting.pop()
  const last = waiting.at(-1) ?? (current !== undefined && isWhole(current) ? current : undefined)
  connection.fault = { fault, readBefore: socket.bytesRead, wasInHand: last !== undefined }
  if (last === undefined) return false
  if (!last.response.headersSent) last.response.shouldKeepAlive = false
  return true
}

/** Ends our side: behind what was answered, or with the answer to the fault where nothing was. */
export const conclude = ({ current, fault, socket }: ClientConnection): void => {
  if (!socket.writable || fault === undefined) return
  if (current !== undefined && fault.fault.reason === "late") {
    // The rest of it could still come, and make a request of what was answered.
    if (!current.response.headersSent) socket.write(FaultAnswer.text(fault.fault))
    socket.destroy()
  } else if (fault.wasInHand || current?.response.headersSent === true) socket.end()
  else socket.end(FaultAnswer.text(fault.fault))
}

/** The client says no more. */
export const ended = (connection: ClientConnection): void => {
  connection.hasEnded = true
  if (isStreaming(connection)) connection.socket.destroy()
}

/** Whether more has come since the fault than is read. */
const isTooMuch = ({ fault, socket }: ClientConnection): boolean =>
  fault !== undefined && socket.bytesRead - fault.readBefore > MAX_DISCARDED

/** Whether it has been ending for too long. A stream to a client that says no more ends at once. */
export const isOver = (connection: ClientConnection, now: number): boolean => {
  const { hasEnded, socket } = connection
  if (!hasEnded && !socket.writableEnded) return false
  connection.endingSince ??= now
  return (hasEnded && isStreaming(connection)) || now - connection.endingSince >= END_TIMEOUT
}

/** Something came that is no request; on a connection that is undefined where it is closed already. */
export const meet = (
  connection: ClientConnection | undefined,
  socket: Socket,
  fault: RequestFault | undefined,
  onDrop: (dropped: { readonly reason: DropReason; readonly address: string }) => void
): void => {
  // Node says so again of all that comes after it.
  if (connection?.fault !== undefined) {
    if (isTooMuch(connection)) socket.destroy()
    return
  }
  if (connection === undefined || fault === undefined || !socket.writable) {
    socket.destroy()
    return
  }
  if (fault.reason !== undefined) {
    onDrop({ reason: fault.reason, address: AddressKey.plain(socket.remoteAddress ?? "") })
  }
  if (!begin(connection, fault)) conclude(connection)
}

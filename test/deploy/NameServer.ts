/** A name server that knows one name, and as many addresses of it as there are now: what Docker has for a service. */
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"

const HEADER_BYTES = 12
const TYPE_A = 1
/** In seconds: each answer counts at once. */
const TTL = 0

/** The name that a question asks for, and the index of the byte behind it. */
const nameIn = (query: Buffer): readonly [string, number] => {
  const labels: Array<string> = []
  let at = HEADER_BYTES
  while (query[at] !== 0) {
    const length = query[at]!
    labels.push(query.toString("latin1", at + 1, at + 1 + length))
    at += 1 + length
  }
  return [labels.join("."), at + 1]
}

/** The answer to a question: the addresses where it asks for those of this name, and none otherwise. */
export const answerTo = (query: Buffer, name: string, addresses: ReadonlyArray<string>): Buffer => {
  const [asked, end] = nameIn(query)
  const found = asked === name && query.readUInt16BE(end) === TYPE_A ? addresses : []
  const header = Buffer.alloc(HEADER_BYTES)
  query.copy(header, 0, 0, 2)
  // An answer, with its question, to one who asked for recursion.
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(found.length, 6)
  const records = found.map((address) => {
    const record = Buffer.alloc(16)
    // The name is the one of the question.
    record.writeUInt16BE(0xc000 + HEADER_BYTES, 0)
    record.writeUInt16BE(TYPE_A, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt32BE(TTL, 6)
    record.writeUInt16BE(4, 10)
    address.split(".").forEach((part, index) => record.writeUInt8(Number(part), 12 + index))
    return record
  })
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end + 4), ...records])
}

/** Answers at a free port of this machine; `addresses` is asked each time. */
export const serve = async (
  name: string,
  addresses: () => ReadonlyArray<string>
): Promise<{ readonly port: number; readonly stop: () => void }> => {
  const socket: Socket = createSocket("udp4")
  socket.on("message", (query, { address, port }) => socket.send(answerTo(query, name, addresses()), port, address))
  socket.bind(0, "127.0.0.1")
  await once(socket, "listening")
  return { port: socket.address().port, stop: () => socket.close() }
}

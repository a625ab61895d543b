/** Clients over bare sockets, which say what they like and may not read. */
import { Effect } from "effect"
import { connect, type Socket } from "node:net"

export interface Client {
  readonly socket: Socket
  readonly say: (text: string) => void
  readonly heard: () => string
  /** Of what was heard, in bytes. */
  readonly size: () => number
}

/** The end of what was heard that is kept, in characters. */
const KEPT = 200_000

/** Connects from an address of this machine, until the test's scope closes. */
export const connected = (port: number, localAddress?: string) =>
  Effect.acquireRelease(
    Effect.callback<Client>((resume) => {
      let heard = ""
      let size = 0
      const socket = connect({ port, host: "127.0.0.1", ...(localAddress === undefined ? {} : { localAddress }) })
      socket.once("connect", () =>
        resume(Effect.succeed({ socket, say: (text) => socket.write(text), heard: () => heard, size: () => size })))
      socket.on("error", () => {})
      // A client that does not read does not notice that the other side has closed.
      socket.on("data", (chunk: Buffer) => {
        size += chunk.length
        heard = (heard + chunk.toString()).slice(-KEPT)
      })
    }),
    ({ socket }) =>
      Effect.sync(() => socket.destroy())
  )

/** Waits until the other side has closed. */
export const closed = ({ socket }: Client) =>
  Effect.callback<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })

/** Waits for a condition, by turns of the event loop. */
export const until = (isIt: () => boolean): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    let isOver = false
    const look = (): void => {
      if (isOver) return
      if (isIt()) resume(Effect.void)
      else setImmediate(look)
    }
    look()
    return Effect.sync(() => {
      isOver = true
    })
  })

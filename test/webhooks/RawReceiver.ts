/** A server of a shop that answers bytes of its own, which need not be HTTP. */
import { Effect, type Scope } from "effect"
import { type AddressInfo, createServer, type Socket } from "node:net"

export interface Asked {
  /** The `webhook-id` of the request. */
  readonly id: string
  /** Its place among the requests of its connection, from 1 on. */
  readonly turn: number
}

export interface RawReceiver {
  readonly url: string
  readonly asked: Array<Asked>
}

const HEAD_END = "\r\n\r\n"

/** How many bytes a whole request at the beginning of these has; undefined where it is not whole. */
const lengthOf = (text: string): number | undefined => {
  const end = text.indexOf(HEAD_END)
  const length = /^content-length: (\d+)$/im.exec(text.slice(0, end))?.[1]
  const all = end + HEAD_END.length + Number(length)
  return end === -1 || text.length < all ? undefined : all
}

/** `answer` is called with each whole request. Bytes are taken as Latin-1, so that each is a character. */
export const make = (
  answer: (socket: Socket, asked: Asked) => void
): Effect.Effect<RawReceiver, never, Scope.Scope> =>
  Effect.gen(function*() {
    const asked: Array<Asked> = []
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      let text = ""
      let turn = 0
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
      // A sender that ends its connection is what is tested.
      socket.on("error", () => {})
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1")
        for (let length = lengthOf(text); length !== undefined; length = lengthOf(text)) {
          const request = { id: /^webhook-id: (.*)$/im.exec(text)?.[1] ?? "", turn: ++turn }
          text = text.slice(length)
          asked.push(request)
          answer(socket, request)
        }
      })
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))),
      () =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    )
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`, asked }
  })

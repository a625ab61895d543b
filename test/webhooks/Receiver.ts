/** A server of a shop: keeps what it is told, and answers as a test wants it to. */
import { Effect, type Scope } from "effect"
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface Received {
  readonly id: string
  readonly body: string
  readonly headers: IncomingHttpHeaders
  readonly at: number
}

export type Answer = (response: ServerResponse, received: Received, request: IncomingMessage) => void

export interface Receiver {
  readonly url: string
  readonly received: Array<Received>
  /** How many distinct events were taken with 2xx. */
  readonly ids: () => ReadonlyArray<string>
  answer: Answer
  /** Connections that were opened. */
  connections: number
}

export const status = (code: number, headers: Readonly<Record<string, string>> = {}): Answer => (response) => {
  response.writeHead(code, headers).end()
}

export const make = (answer: Answer = status(204)): Effect.Effect<Receiver, never, Scope.Scope> =>
  Effect.gen(function*() {
    const receiver: Receiver = {
      url: "",
      received: [],
      ids: () => [...new Set(receiver.received.map(({ id }) => id))],
      answer,
      connections: 0
    }
    const server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const received = {
          id: String(request.headers["webhook-id"]),
          body: Buffer.concat(chunks).toString(),
          headers: request.headers,
          at: Date.now()
        }
        receiver.received.push(received)
        receiver.answer(response, received, request)
      })
    })
    server.on("connection", () => receiver.connections++)
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))),
      () =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
    )
    return Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` })
  })

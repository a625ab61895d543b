/** Servers of a shop for the bench of webhooks: one that takes everything, and one that never answers. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"

export interface Servers {
  readonly aliveUrl: string
  readonly silentUrl: string
  /** When each event came first, in milliseconds since the process began, by its `webhook-id`. */
  readonly first: Map<string, number>
  /** Requests that the living one has answered. */
  readonly answered: () => number
  readonly close: () => void
}

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

export const start = async (): Promise<Servers> => {
  const first = new Map<string, number>()
  let answered = 0
  const alive = createServer((request, response) => {
    request.resume()
    request.once("end", () => {
      const id = String(request.headers["webhook-id"])
      answered++
      if (!first.has(id)) first.set(id, performance.now())
      response.writeHead(204).end()
    })
  })
  const silent = createServer((request) => void request.resume())
  const [aliveUrl, silentUrl] = [await listen(alive), await listen(silent)]
  return {
    aliveUrl,
    silentUrl,
    first,
    answered: () => answered,
    close: () => {
      for (const server of [alive, silent]) {
        server.closeAllConnections()
        server.close()
      }
    }
  }
}

/** An admin port whose overview changes as often as a test wants: all else is the engine's own. */
import { once } from "node:events"
import { createServer, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"
import type { ConsoleEngine } from "./ConsoleEngine.ts"

export interface OverviewProxy {
  readonly url: string
  /** How many events were told to the last stream. */
  readonly told: () => number
}

/** Tells an event each so many milliseconds. */
export const start = async (
  { key, service: { adminUrl } }: ConsoleEngine,
  everyMillis: number
): Promise<OverviewProxy> => {
  const answer = await fetch(`${adminUrl}/admin/v1/overview`, { headers: { authorization: `Bearer ${key}` } })
  const overview = await answer.json() as { readonly gateways: object }
  let told = 0
  const tell = (response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    told = 0
    const timer = setInterval(() => {
      told++
      const gateways = {
        ...overview.gateways,
        accepted_per_second: 1_000 + 37 * (told % 100),
        refused_per_second: { sold_out: 9_000 + told % 1_000, limit: told % 90 }
      }
      const data = JSON.stringify({ ...overview, now: new Date().toISOString(), gateways })
      response.write(`event: snapshot\ndata: ${data}\n\n`)
    }, everyMillis)
    response.on("close", () => clearInterval(timer))
  }
  const server = createServer((asked, response) => {
    if (asked.url?.endsWith("/overview/events") === true) return tell(response)
    const passed = request(`${adminUrl}${asked.url}`, { method: asked.method, headers: asked.headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(response)
    })
    passed.on("error", () => response.destroy())
    asked.pipe(passed)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told: () => told }
}

/** Clients that mean harm to one engine on this machine. Each attack ends by itself. */
import { connect, type Socket } from "node:net"
import { setTimeout as delay } from "node:timers/promises"

/** Where the engine listens. */
export interface Ports {
  readonly http: number
  readonly metrics: number
}

export interface Attack {
  readonly name: string
  /** Runs for so many milliseconds at the most; the answer is how many requests it has sent. */
  readonly run: (ports: Ports, millis: number) => Promise<number>
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\n\r\n`

/** Heads come in one piece, and are shorter. */
const LONGEST_HEAD = 4_096

/** A connection that says something as soon as it is there; it reads nothing where it is deaf. */
const open = (port: number, text: string, isDeaf = false): Socket => {
  const socket = connect(port, "127.0.0.1", () => socket.write(text))
  if (isDeaf) socket.pause()
  else socket.resume()
  return socket.on("error", () => {})
}

/** So many connections at once, for the whole time. */
const holding = (name: string, count: number, requests: number, text: string, isDeaf: boolean): Attack => ({
  name,
  run: async ({ http }, millis) => {
    const sockets = Array.from({ length: count }, () => open(http, text, isDeaf))
    await delay(millis)
    for (const socket of sockets) socket.destroy()
    return count * requests
  }
})

/** So many connections that ask again as soon as they are answered; `rate` bounds their requests a second. */
const asking = (
  name: string,
  count: number,
  portOf: (ports: Ports) => number,
  pathOf: (n: number) => string,
  rate = Number.POSITIVE_INFINITY
): Attack => ({
  name,
  run: async (ports, millis) => {
    let sent = 0
    const begun = performance.now()
    const sockets = Array.from({ length: count }, () => {
      const socket = open(portOf(ports), "")
      const ask = (): void => {
        const early = (sent / rate) * 1_000 - (performance.now() - begun)
        if (early > 0) setTimeout(ask, early)
        else if (!socket.destroyed) socket.write(get(pathOf(sent++)))
      }
      /** What is still to come of the answer; undefined before its head. */
      let left: number | undefined
      socket.on("data", (chunk: Buffer) => {
        if (left === undefined) {
          const head = chunk.toString("latin1", 0, LONGEST_HEAD)
          left = Number(/content-length: (\d+)/i.exec(head)?.[1]) + head.indexOf("\r\n\r\n") + 4
        }
        left -= chunk.length
        if (left > 0) return
        left = undefined
        ask()
      })
      socket.once("connect", ask)
      return socket
    })
    await delay(millis)
    for (const socket of sockets) socket.destroy()
    return sent
  }
})

const http = ({ http }: Ports) => http
const metrics = ({ metrics }: Ports) => metrics

export const attacks: ReadonlyArray<Attack> = [
  holding("docs, 60 connections, each 20 pipelined, do not read", 60, 20, get("/docs").repeat(20), true),
  asking("docs, 4 connections that read", 4, http, () => "/docs"),
  holding("1,000 streams pipelined on one connection", 1, 1_000, get("/items/101/events").repeat(1_000), true),
  holding("100 connections, each 1,000 pipelined, do not read", 100, 1_000, get("/openapi.json").repeat(1_000), true),
  asking("streams of unknown items, 1,800 a second", 50, http, (n) => `/items/no-${n}/events`, 1_800),
  holding("10,000 idle connections", 10_000, 1, "", false),
  asking("metrics at METRICS_PORT, 500 connections", 500, metrics, () => "/metrics"),
  asking("metrics at HTTP_PORT, 50 connections", 50, http, () => "/metrics")
]

/** Alone in a process of its own, so that it does not delay the buyers whose time is measured. */
if (import.meta.main) {
  const [index = "", http = "", metrics = "", millis = ""] = process.argv.slice(2)
  const sent = await attacks[Number(index)]!.run({ http: Number(http), metrics: Number(metrics) }, Number(millis))
  process.stdout.write(`sent ${sent}\n`, () => process.exit(0))
}

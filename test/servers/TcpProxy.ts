/** An address that stays while what is behind it is exchanged, held up or cut off, as a name or a virtual IP does. */
import { once } from "node:events"
import { connect, createServer, type Server, type Socket } from "node:net"
import { freePort } from "./Ports.ts"

const HOST = "127.0.0.1"

export class TcpProxy {
  readonly port: number
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #target: number
  #held = false

  private constructor(port: number, target: number) {
    this.port = port
    this.#target = target
    this.#server = createServer((client) => this.#join(client))
  }

  /** Leads to a port of 127.0.0.1, also where there is no listener yet. */
  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort(), target)
    proxy.#server.listen(proxy.port, HOST)
    await once(proxy.#server, "listening")
    return proxy
  }

  get address(): string {
    return `${HOST}:${this.port}`
  }

  /** How many are connected now. */
  get connections(): number {
    return this.#pairs.size
  }

  /** From here on it leads elsewhere. Whoever is connected is cut off, and connects anew. */
  leadTo(target: number): void {
    this.#target = target
    this.cut()
  }

  /** Passes nothing on to either side, and keeps what comes: a network that is slow beyond measure. */
  hold(): void {
    this.#held = true
    for (const sockets of this.#pairs) for (const socket of sockets) socket.pause()
  }

  release(): void {
    this.#held = false
    for (const sockets of this.#pairs) for (const socket of sockets) socket.resume()
  }

  /** Ends every connection without a goodbye. What is kept of them is lost. */
  cut(): void {
    for (const sockets of this.#pairs) for (const socket of sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close")
    this.#server.close()
    this.cut()
    await closed
  }

  #join(client: Socket): void {
    const server = connect({ host: HOST, port: this.#target })
    const pair = [client, server] as const
    this.#pairs.add(pair)
    for (const [from, to] of [pair, [server, client]] as const) {
      from.setNoDelay(true)
      // An error is followed by a close, and the end of one side is the end of both.
      from.on("error", () => {})
      from.on("close", () => {
        this.#pairs.delete(pair)
        to.resetAndDestroy()
      })
      // Not by a pipe, which goes on by itself where it was held.
      from.on("data", (bytes) => {
        if (!to.write(bytes)) from.pause()
      })
      to.on("drain", () => {
        if (!this.#held) from.resume()
      })
      if (this.#held) from.pause()
    }
  }
}

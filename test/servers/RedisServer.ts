/** A Redis of a test's own, in a folder of its own, that the test may kill, freeze and start again. */
import { mkdtemp, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "./Ports.ts"
import { type Logged, spawnLogged, until } from "./Processes.ts"
import { afterDeath } from "./Watchdog.ts"

const HOST = "127.0.0.1"
const ANSWER_MILLIS = 1_000

/** Whether a Redis at this port has loaded its data and answers. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port, timeout: ANSWER_MILLIS })
    const end = (isUp: boolean) => {
      socket.destroy()
      resolve(isUp)
    }
    socket.on("connect", () => socket.write("PING\r\n"))
    socket.on("data", (reply) => end(reply.toString().startsWith("+PONG")))
    socket.on("timeout", () => end(false))
    socket.on("error", () => end(false))
    socket.on("close", () => end(false))
  })

export class RedisServer {
  readonly host = HOST
  readonly port: number
  readonly folder: string
  /** Settings of the command line, such as `appendfsync`. */
  readonly settings: Readonly<Record<string, string>>
  /** What starts it: the program, or a script that takes the same arguments and runs in the folder of the data. */
  readonly program: ReadonlyArray<string>
  readonly #forget: () => void
  #server: Logged | undefined

  private constructor(
    port: number,
    folder: string,
    settings: RedisServer["settings"],
    program: RedisServer["program"]
  ) {
    this.port = port
    this.folder = folder
    this.settings = settings
    this.program = program
    this.#forget = afterDeath(`rm -rf '${folder}'`)
  }

  /** Not started yet. Every write is on disk before it is acknowledged, unless `settings` say otherwise. */
  static async make(
    settings: RedisServer["settings"] = {},
    program: RedisServer["program"] = ["redis-server"],
    kept: RedisServer["settings"] = { save: "", appendonly: "yes", appendfsync: "always" }
  ): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "flash-sale-redis-"))
    return new RedisServer(await freePort(), folder, { ...kept, ...settings }, program)
  }

  get address(): string {
    return `${this.host}:${this.port}`
  }

  get pid(): number | undefined {
    return this.#server?.pid
  }

  get isRunning(): boolean {
    return this.#server?.isRunning() ?? false
  }

  /** Starts it, for the first time or again, on what is in its folder, and waits until it answers. */
  async start(): Promise<void> {
    const settings = { ...this.settings, dir: this.folder, bind: HOST, port: String(this.port) }
    const [program = "", ...before] = this.program
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    const server = await spawnLogged(program, [...before, ...args], { cwd: this.folder, log: join(this.folder, "log") })
    this.#server = server
    await until("Redis answers", () => {
      if (!server.isRunning()) throw new Error(`redis-server has ended: ${server.output()}`)
      return answers(this.port)
    })
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#server?.kill("SIGKILL")
    await this.#server?.exit
  }

  /** SIGTERM, and waits until it is gone. */
  async end(): Promise<void> {
    this.#server?.kill("SIGTERM")
    await this.#server?.exit
  }

  /** It goes on listening, and answers nothing. */
  freeze(): void {
    this.#server?.kill("SIGSTOP")
  }

  thaw(): void {
    this.#server?.kill("SIGCONT")
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
    this.#forget()
  }
}

/** A PostgreSQL of a test's own, in a folder of its own, that the test may kill, freeze and start again. */
import { readFileSync } from "node:fs"
import { chmod, chown, copyFile, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { freePort } from "./Ports.ts"
import { type Logged, spawnLogged, until } from "./Processes.ts"
import { execute, find, findOrInstall } from "./Programs.ts"
import { afterDeath } from "./Watchdog.ts"

const HOST = "127.0.0.1"
/** The administrator, whom everybody on loopback may be. */
const USER = "postgres"
const ANSWER_MILLIS = 1_000
const INIT_MILLIS = 60_000
/** Debian's versions have a folder each. */
const DEBIAN = "/usr/lib/postgresql"

/** Begins a session of the administrator, in version 3 of the protocol. A server that is ready answers R. */
const startup = (): Buffer => {
  const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), Buffer.from(`user\0${USER}\0database\0${USER}\0\0`)])
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + length.length)
  return Buffer.concat([length, body])
}
const READY = "R"

/** Whether a server at this port takes connections. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port, timeout: ANSWER_MILLIS })
    const end = (isUp: boolean) => {
      socket.destroy()
      resolve(isUp)
    }
    socket.on("connect", () => socket.write(startup()))
    socket.on("data", (reply) => end(reply.toString("latin1").startsWith(READY)))
    socket.on("timeout", () => end(false))
    socket.on("error", () => end(false))
    socket.on("close", () => end(false))
  })

/** The folder with `postgres` and `initdb`, which Debian has not on the PATH. */
export const findPostgres = async (): Promise<string> => {
  const onPath = await find("postgres")
  if (onPath !== undefined) return dirname(await realpath(onPath))
  await findOrInstall("pg_ctlcluster", "postgresql")
  const newest = (await readdir(DEBIAN)).map(Number).toSorted((one, other) => other - one)[0]
  return join(DEBIAN, String(newest), "bin")
}

/** What comes before a program: PostgreSQL refuses root, and its signals must reach it itself. */
const asUser = (): ReadonlyArray<string> =>
  process.getuid?.() === 0 ? ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--init-groups"] : ["env"]

const giveTo = async (folder: string): Promise<void> => {
  if (process.getuid?.() !== 0) return
  const ids = await Promise.all(["-u", "-g"].map((which) => execute("id", [which, USER], ANSWER_MILLIS)))
  await chown(folder, Number(ids[0]), Number(ids[1]))
}

export class PostgresServer {
  readonly port: number
  readonly folder: string
  readonly programs: string
  /** Settings of the command line, such as `fsync`. */
  readonly settings: Readonly<Record<string, string>>
  readonly #forget: () => void
  #server: Logged | undefined
  #encryption: Readonly<Record<string, string>> = {}

  private constructor(
    port: number,
    folder: string,
    programs: string,
    settings: PostgresServer["settings"]
  ) {
    this.port = port
    this.folder = folder
    this.programs = programs
    this.settings = settings
    this.#forget = afterDeath(`rm -rf '${folder}'`)
  }

  /** Not started yet. `programs` is the folder of its programs. */
  static async make(programs: string, settings: PostgresServer["settings"] = {}): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), "flash-sale-postgres-"))
    const server = new PostgresServer(await freePort(), folder, programs, settings)
    await giveTo(folder)
    const [program = "", ...before] = asUser()
    const args = ["-D", server.#data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    await execute(program, [...before, join(programs, "initdb"), ...args], INIT_MILLIS)
    return server
  }

  /** From its next start on all databases but `postgres` take encrypted connections only, under this certificate. */
  async encrypt({ certificate, key }: { readonly certificate: string; readonly key: string }): Promise<void> {
    const [own, ownKey] = [join(this.folder, "server.pem"), join(this.folder, "server.key")]
    await copyFile(certificate, own)
    await copyFile(key, ownKey)
    await chmod(ownKey, 0o600)
    await giveTo(ownKey)
    await giveTo(own)
    await writeFile(join(this.#data, "pg_hba.conf"), "hostssl all all all trust\nhostnossl postgres all all trust\n")
    this.#encryption = { ssl: "on", ssl_cert_file: own, ssl_key_file: ownKey }
  }

  get #data(): string {
    return join(this.folder, "data")
  }

  get address(): string {
    return `${HOST}:${this.port}`
  }

  get pid(): number | undefined {
    return this.#server?.pid
  }

  /** Starts it, for the first time or again, on what is in its folder, and waits until it takes connections. */
  async start(): Promise<void> {
    const settings = {
      listen_addresses: HOST,
      port: String(this.port),
      unix_socket_directories: "",
      ...this.settings,
      ...this.#encryption
    }
    const [program = "", ...before] = asUser()
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
    const server = await spawnLogged(program, [...before, join(this.programs, "postgres"), "-D", this.#data, ...args], {
      cwd: this.folder
    })
    this.#server = server
    await until("PostgreSQL answers", () => {
      if (!server.isRunning()) throw new Error(`postgres has ended: ${server.output()}`)
      return answers(this.port)
    })
  }

  /** kill -9, and waits until it is gone. Its other processes end by themselves. */
  async kill(): Promise<void> {
    this.#server?.kill("SIGKILL")
    await this.#server?.exit
  }

  /** It goes on listening, and answers nothing: neither on connections that there are nor on new ones. */
  freeze(): void {
    this.#signal("SIGSTOP")
  }

  thaw(): void {
    this.#signal("SIGCONT")
  }

  /** To the server and to its processes, of which each connection has one. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.pid
    if (pid === undefined) return
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter((one) =>
      one !== ""
    )
    this.#server?.kill(signal)
    for (const child of children) process.kill(Number(child), signal)
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    // Ends connections and writes what is to be written; after SIGKILL the system's shared memory would be left.
    this.#server?.kill("SIGINT")
    await this.#server?.exit
    await rm(this.folder, { recursive: true, force: true })
    this.#forget()
  }
}

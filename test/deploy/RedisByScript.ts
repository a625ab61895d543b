/** A data folder for Redis, and Redis started in it by `deploy/redis/start.sh`, on a Unix socket. */
import { Redis } from "ioredis"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { vi } from "vitest"

const SCRIPT = fileURLToPath(new URL("../../deploy/redis/start.sh", import.meta.url))

const isThere = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined

/** What a test here needs and this machine lacks. */
export const missing = ["redis-server", "redis-check-rdb"].find((program) => !isThere(program))

/** Until the clock has passed a time, in milliseconds. */
export const past = (millis: number): Promise<boolean> =>
  vi.waitUntil(() => Date.now() > millis, { timeout: 10_000, interval: 10 })

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

const ended = async (child: ChildProcess, said: () => string): Promise<Ended> => {
  await once(child, "close")
  return { code: child.exitCode, signal: child.signalCode, said: said() }
}

/**
 * Stands in for a program of the script: counts the calls of all of them, and kills the script before or after the one
 * that `DIE_AT` names.
 */
const STEP = `#!/bin/sh
call=$(($(cat "$CALLS" 2>/dev/null || echo 0) + 1))
echo "$call" >"$CALLS"
if [ "$DIE_AT" = "before $call" ]; then kill -9 "$PPID"; exit; fi
PATH=$REAL_PATH "\${0##*/}" "$@" || exit
if [ "$DIE_AT" = "after $call" ]; then kill -9 "$PPID"; fi
`

export class DataFolder implements AsyncDisposable {
  readonly path: string
  #server: ChildProcess | undefined
  #client: Redis | undefined
  #said = ""

  private constructor(path: string) {
    this.path = path
  }

  static async make(): Promise<DataFolder> {
    return new DataFolder(await mkdtemp(join(tmpdir(), "redis-start-")))
  }

  #spawn(env: NodeJS.ProcessEnv = process.env) {
    this.#said = ""
    const socket = ["--port", "0", "--unixsocket", "redis.sock"]
    const child = spawn("sh", [SCRIPT, ...socket], { cwd: this.path, env, stdio: ["ignore", "pipe", "pipe"] })
    child.stdout.on("data", (data: Buffer) => this.#said += data)
    child.stderr.on("data", (data: Buffer) => this.#said += data)
    return child
  }

  /** Until it answers commands. */
  async start(): Promise<Redis> {
    const server = this.#spawn()
    this.#server = server
    const client = new Redis({
      path: join(this.path, "redis.sock"),
      lazyConnect: true,
      // However long it takes to load: a server that has ended says so by itself.
      maxRetriesPerRequest: null,
      retryStrategy: () => server.exitCode === null ? 20 : null
    })
    client.on("error", () => {})
    this.#client = client
    try {
      await client.ping()
    } catch (cause) {
      throw new Error(`Redis did not start: ${this.#said}`, { cause })
    }
    return client
  }

  /** For a start that fails. */
  startToEnd(): Promise<Ended> {
    return ended(this.#spawn(), () => this.#said)
  }

  /** Starts the script with a place to die at, `before 2` or `after 2` its second step. */
  async startAndDie(at: string): Promise<Ended> {
    const bin = `${this.path}-bin`
    await mkdir(bin)
    try {
      await writeFile(join(bin, "step"), STEP, { mode: 0o755 })
      for (const program of ["mkdir", "mv", "sync"]) await symlink("step", join(bin, program))
      const real = process.env["PATH"] ?? ""
      const child = this.#spawn({
        ...process.env,
        PATH: `${bin}:${real}`,
        REAL_PATH: real,
        CALLS: join(bin, "calls"),
        DIE_AT: at
      })
      // Where it does not die, it must end with the test.
      this.#server = child
      return await ended(child, () => this.#said)
    } finally {
      await rm(bin, { recursive: true })
    }
  }

  /** What script and server said since the last start. */
  get said(): string {
    return this.#said
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended | undefined> {
    this.#client?.disconnect()
    const server = this.#server
    this.#server = undefined
    if (server === undefined || server.exitCode !== null) return
    const end = ended(server, () => this.#said)
    server.kill(signal)
    return await end
  }

  in(name: string): string {
    return join(this.path, name)
  }

  /** As `docker cp` does it: another file in the place of the first, with the times of the original. */
  async copyIn(backup: string): Promise<void> {
    const { atime, mtime } = await stat(backup)
    // No operator types as fast as a test: within some ticks of the clock a copy looks like the dump itself.
    await past(mtime.getTime() + 100)
    await rm(this.in("dump.rdb"), { force: true })
    await copyFile(backup, this.in("dump.rdb"))
    await utimes(this.in("dump.rdb"), atime, mtime)
  }

  /** As `docker cp` the other way. */
  async copyOut(): Promise<string> {
    const backup = `${this.path}.rdb`
    await copyFile(this.in("dump.rdb"), backup)
    const { atime, mtime } = await stat(this.in("dump.rdb"))
    await utimes(backup, atime, mtime)
    return backup
  }

  /** The append-only folders that were set aside. */
  async aside(): Promise<ReadonlyArray<string>> {
    return (await readdir(this.path)).filter((name) => name.startsWith("appendonlydir.before-"))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL")
    await rm(this.path, { recursive: true, force: true })
    await rm(`${this.path}.rdb`, { force: true })
  }
}

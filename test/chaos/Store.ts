/** The Redis of a scene behind an address that stays, whichever server is behind it. */
import { Redis } from "ioredis"
import { copyFile, readdir, rm, stat, truncate, utimes } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { TcpProxy } from "../servers/TcpProxy.ts"

const START = fileURLToPath(new URL("../../deploy/redis/start.sh", import.meta.url))
/** Started so that a file that is too long is an error, and no end. */
const PROGRAM = ["sh", "-c", "trap '' XFSZ; exec sh \"$0\" \"$@\"", START]
const DUMP = "dump.rdb"
/** What Redis may lose under `appendfsync everysec`: its writes of the last second, in milliseconds. */
const LAST_SECOND = 1_000
/** Bytes of a command that is half in the file: what a crash of the machine leaves. */
const HALF_A_COMMAND = 7

export class Store {
  readonly #address: TcpProxy
  #server: RedisServer
  #forgotten = 0

  private constructor(server: RedisServer, address: TcpProxy) {
    this.#server = server
    this.#address = address
  }

  /** Started as it is deployed: the script takes over a dump that was copied in. */
  static async start(): Promise<Store> {
    const server = await RedisServer.make({}, PROGRAM)
    await server.start()
    return new Store(server, await TcpProxy.open(server.port))
  }

  /** What the engine is given as `REDIS_ADDR`. */
  get address(): string {
    return this.#address.address
  }

  /** The server that is behind it now. */
  get server(): RedisServer {
    return this.#server
  }

  /** Bytes of acknowledged writes that it has lost so far. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** A connection as of an operator at redis-cli, for one question. */
  async ask<A>(question: (redis: Redis) => Promise<A>, server: RedisServer = this.#server): Promise<A> {
    const redis = new Redis(server.port, server.host, { retryStrategy: () => null })
    redis.on("error", () => {})
    try {
      return await question(redis)
    } finally {
      redis.disconnect()
    }
  }

  async killAndStart(): Promise<void> {
    await this.#server.kill()
    await this.#server.start()
  }

  /**
   * Killed as its machine dies under `appendfsync everysec`: what it acknowledged in the last second is not on disk.
   */
  async killAndForget(): Promise<void> {
    const file = await this.lastFile()
    const { size } = await stat(file)
    await delay(LAST_SECOND)
    await this.#server.kill()
    const lost = (await stat(file)).size - size
    const half = Math.min(lost, HALF_A_COMMAND)
    await truncate(file, size + half)
    this.#forgotten += lost - half
    await this.#server.start()
  }

  /** Ends every connection to it. */
  cut(): void {
    this.#address.cut()
  }

  /** A replica that got no writes for so long is made the primary, because the primary has died. */
  async failOver(lagMillis: number): Promise<void> {
    const primary = this.#server
    const line = await TcpProxy.open(primary.port)
    const replica = await RedisServer.make({}, PROGRAM)
    try {
      await replica.start()
      await this.ask((redis) => redis.replicaof("127.0.0.1", line.port), replica)
      await until("the replica has caught up", () => this.ask(isInSync, replica))
      line.hold()
      await delay(lagMillis)
      const written = await this.ask(replicated)
      await primary.kill()
      await line.close()
      this.#forgotten += written - await this.ask(replicated, replica)
      await this.ask((redis) => redis.replicaof("NO", "ONE"), replica)
      this.#server = replica
      this.#address.leadTo(replica.port)
    } finally {
      await (this.#server === replica ? primary : replica).stop()
    }
  }

  /** As the runbook has it: SAVE, and the dump copied away. Answers with where it is. */
  async backUp(): Promise<string> {
    await this.ask((redis) => redis.save())
    const backup = join(this.#server.folder, "backup.rdb")
    await copyWithTimes(join(this.#server.folder, DUMP), backup)
    return backup
  }

  /** As the runbook has it: the dump copied in, and Redis restarted. */
  async restore(backup: string): Promise<void> {
    const dump = join(this.#server.folder, DUMP)
    await rm(dump, { force: true })
    await copyWithTimes(backup, dump)
    await this.#server.end()
    await this.#server.start()
  }

  /** Ends it, with its folder. */
  async stop(): Promise<void> {
    await this.#address.close()
    await this.#server.stop()
  }

  /** The append-only file that is written now. */
  async lastFile(): Promise<string> {
    const folder = join(this.#server.folder, "appendonlydir")
    const files = (await readdir(folder)).filter((name) => name.endsWith(".incr.aof")).toSorted()
    return join(folder, files.at(-1)!)
  }
}

/** As `docker cp` does it. */
const copyWithTimes = async (from: string, to: string): Promise<void> => {
  const { atime, mtime } = await stat(from)
  await copyFile(from, to)
  await utimes(to, atime, mtime)
}

/** Bytes of the stream of changes that a primary has written, or a replica has read. */
const replicated = async (redis: Redis): Promise<number> => {
  const info = await redis.info("replication")
  return Number(/(?:slave_repl_offset|master_repl_offset):(\d+)/.exec(info)?.[1] ?? 0)
}

const isInSync = async (redis: Redis): Promise<boolean> => {
  const info = await redis.info("replication")
  return info.includes("master_link_status:up") && !info.includes("master_sync_in_progress:1")
}

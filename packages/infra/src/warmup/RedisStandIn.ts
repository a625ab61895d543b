/**
 * What stands in for Redis while a gateway warms up: a connection that leads nowhere, and answers by itself what a
 * Redis would answer to orders that it takes. Nothing is stored.
 */
import { AbstractConnector, type RedisOptions } from "ioredis"
import { Duplex } from "node:stream"
import * as RedisReplies from "./RedisReplies.ts"
import * as RespCommands from "./RespCommands.ts"

/** One connection. The client treats it as a socket. */
class Stream extends Duplex {
  readonly connecting = false
  readonly #nameOf: RedisReplies.ScriptName
  readonly #commands = RespCommands.make()

  constructor(nameOf: RedisReplies.ScriptName) {
    super({ allowHalfOpen: false })
    this.#nameOf = nameOf
  }

  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  override _read(): void {}
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const commands = this.#commands(chunk.toString("latin1"))
    const replies = commands.map((command) => RedisReplies.reply(command, this.#nameOf) ?? "").join("")
    if (replies !== "") this.push(replies)
    done()
  }
  override _final(done: () => void): void {
    this.push(null)
    done()
  }
}

/** How the client comes by such connections. */
export const connector = (nameOf: RedisReplies.ScriptName): NonNullable<RedisOptions["Connector"]> =>
  class extends AbstractConnector {
    constructor() {
      super(0)
    }
    override async connect() {
      const stream = new Stream(nameOf)
      this.stream = stream as never
      return stream as never
    }
  }

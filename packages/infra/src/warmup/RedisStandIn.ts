/**
 * What stands in for Redis while a gateway warms up: a connection that leads nowhere, and answers by itself what a
 * Redis would answer to orders that it takes. Nothing is stored.
 */
import * as MadeUp from "@flash-sale/domain/ports/MadeUp"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as Order from "@flash-sale/domain/records/Order"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import { AbstractConnector, type RedisOptions } from "ioredis"
import { Duplex } from "node:stream"
import * as RespCommands from "./RespCommands.ts"

const OK = "+OK\r\n"
const NOTHING = "_\r\n"
const NO_FIELDS = "%0\r\n"
const UNKNOWN = "-ERR unknown command\r\n"
const INFO = ["redis_version:7.4.0", "redis_mode:standalone", "role:master", "loading:0"].join("\r\n")

const text = (value: string): string => `$${Buffer.byteLength(value)}\r\n${value}\r\n`
const whole = (value: number): string => `:${value}\r\n`
const list = (parts: ReadonlyArray<string>): string => `*${parts.length}\r\n${parts.join("")}`
const NONE = list([])
/** The protocol of the answers here, which is the one that the client asks for. */
const HELLO = `%1\r\n${text("proto")}${whole(3)}`

/** Requests that a user may still send. */
const REMAINING = 59

/** The answer of `lua/admit.lua`: every request is claimed. */
const admitted = (keys: ReadonlyArray<string>): string =>
  list([NONE, ...Array.from({ length: keys.length / 2 }, () => list([text("claimed"), whole(REMAINING)]))])

/** The answer of `lua/read_item.lua`, with a summary as `lua/lib/_summary.lua` writes it. */
const item = (available: string): string => {
  const [known, held, sold, stocked, no, price, version, position] = ["1", "0", "0", "0", "", "0", "1", "7"]
  const hours = [no, no, no]
  const summary = [known, available, held, sold, stocked, ...hours, "0", price, no, no, no, version, position, known]
  return list([text(""), list([...summary, no, no, "0", no].map(text))])
}

const status = (key: string): string => {
  const at = key.indexOf(MadeUp.KNOWN)
  if (at < 0) return NOTHING
  return text(OrderStatus.write({
    requestId: RequestId.make(key.slice(at)),
    itemId: MadeUp.item,
    amount: 1,
    status: "COMPLETED",
    attempt: 1,
    correlationId: MadeUp.correlationId,
    updatedAt: "2026-01-01T00:00:00.000Z",
    fingerprint: Order.fingerprint({ userId: MadeUp.user, itemId: MadeUp.item, amount: 1 }),
    placedAtOffset: Offset.make(7)
  }))
}

/** The scripts that it answers to. */
export const SCRIPTS = ["admit", "read_item", "confirm_claims", "release_claims"] as const
type Script = typeof SCRIPTS[number]

/** What a Redis answers to a script. */
const run = (script: Script | undefined, keys: ReadonlyArray<string>, args: ReadonlyArray<string>): string => {
  switch (script) {
    case "admit":
      return admitted(keys)
    case "read_item":
      return item(args[1] === MadeUp.soldOutItem ? "0" : "1000000")
    case "confirm_claims":
    case "release_claims":
      return NONE
    case undefined:
      return UNKNOWN
  }
}

/** The name of a script by its hash; undefined where it is none. */
export type ScriptName = (sha: string) => Script | undefined

/** The answer to a command; undefined where a Redis would let it wait. */
const answer = ([command = "", ...args]: ReadonlyArray<string>, nameOf: ScriptName): string | undefined => {
  switch (command.toLowerCase()) {
    case "info":
      return text(INFO)
    case "evalsha": {
      const count = 2 + Number(args[1])
      return run(nameOf(args[0] ?? ""), args.slice(2, count), args.slice(count))
    }
    case "mget":
      return list(args.map(status))
    case "hgetall":
      return NO_FIELDS
    case "hello":
      return HELLO
    case "client":
    case "script":
    case "select":
      return OK
    case "setrange":
      return whole(0)
    case "xread":
      return undefined
    default:
      return UNKNOWN
  }
}

/** One connection. The client treats it as a socket. */
class Stream extends Duplex {
  readonly connecting = false
  readonly #nameOf: ScriptName
  readonly #commands = RespCommands.make()

  constructor(nameOf: ScriptName) {
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
    const answers = this.#commands(chunk.toString("latin1")).map((command) => answer(command, this.#nameOf) ?? "")
    const said = answers.join("")
    if (said !== "") this.push(said)
    done()
  }
  override _final(done: () => void): void {
    this.push(null)
    done()
  }
}

/** How the client comes by such connections. */
export const connector = (nameOf: ScriptName): NonNullable<RedisOptions["Connector"]> =>
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

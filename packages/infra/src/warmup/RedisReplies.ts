/** What a Redis replies to a gateway that takes orders, made up for one that warms up. Pure. */
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as Order from "@flash-sale/domain/records/Order"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as MadeUp from "./MadeUp.ts"

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

/** The answer of `lua/read_item.lua`, with a summary in the order of `lua/lib/_summary.lua`. */
const item = (available: string): string => {
  const summary = {
    known: "1",
    available,
    held: "0",
    sold: "0",
    stocked: "0",
    opensAt: "",
    closesAt: "",
    perUserLimit: "",
    paused: "0",
    price: "0",
    currency: "",
    holdSeconds: "",
    maxHoldSeconds: "",
    rules: "1",
    position: "7",
    marked: "1",
    pendingSeq: "",
    pending: "",
    rejected: "0",
    refused: ""
  }
  return list([text(""), list(Object.values(summary).map(text))])
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

/** What a Redis replies to a command; undefined where it would let it wait. */
export const reply = ([command = "", ...args]: ReadonlyArray<string>, nameOf: ScriptName): string | undefined => {
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

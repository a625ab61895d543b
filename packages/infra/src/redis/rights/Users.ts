/** The engine's users at Redis: which operations each of them performs, and what is lost where one is denied. */
import { type Port, PORTS } from "./Needs.ts"

type Operations = { readonly [P in Port]?: ReadonlyArray<keyof typeof PORTS[P] & string> }

/** `operator` is the user of the commands, such as `flash-sale reconcile`. */
export const USERS = {
  gateway: {
    ItemStore: ["read", "readBuyers", "readOrder", "names", "isUp"],
    RecoveryMarks: ["read", "session"],
    OrderStatuses: ["admit", "countRequest", "confirm", "release", "write", "read", "readAll"],
    LiveEvents: ["read", "follow"],
    Backlogs: ["read"],
    Instances: ["report", "withdraw", "list"],
    IdempotencyKeys: ["use"],
    FoldedLog: ["read"]
  },
  processor: {
    ItemStore: ["fold", "detectEdits", "openOrders", "names", "levels", "trouble", "isUp"],
    RecoveryMarks: ["read", "accepted", "begin", "complete", "checkpoint", "session"],
    OrderStatuses: ["write", "readAll"],
    Backlogs: ["publish"],
    Instances: ["report", "withdraw"],
    FoldedLog: ["read", "write"]
  },
  operator: {
    ItemStore: ["fold", "read", "readBuyers", "readOrder", "openOrders", "names", "trouble", "isUp"],
    RecoveryMarks: ["read", "accepted", "begin", "complete", "session"],
    OrderStatuses: ["read", "write"],
    Backlogs: ["read"],
    Instances: ["list"],
    StoredItems: ["location", "isEmpty", "items", "positions", "read", "clear"],
    FoldedLog: ["read", "write"],
    StoreMove: ["forgetOffsets", "replaceLog"]
  }
} satisfies Readonly<Record<string, Operations>>

export type User = keyof typeof USERS

export interface Operation {
  readonly user: User
  readonly port: Port
  readonly name: string
}

export const operationsOf = (user: User): ReadonlyArray<Operation> => {
  const ports: Operations = USERS[user]
  return (Object.keys(PORTS) as ReadonlyArray<Port>).flatMap((port) =>
    (ports[port] ?? []).map((name): Operation => ({ user, port, name }))
  )
}

const NO_WAIT_KNOWN = "no order is refused for its wait: MAX_QUEUE_WAIT is off"
const NOT_LISTED = "the overview of the engine does not show this instance as it is"
const NO_PROBE = "a Redis that is full or has become a replica counts as up"
const NO_EVENTS = "followers of items and orders get no live events"

/** What is lost without an operation that no order needs. Without any other one orders are not served. */
const LOST: Readonly<Record<string, string>> = {
  "ItemStore.readBuyers": "an order above the limit per buyer is accepted and then fails",
  "ItemStore.names": "items cannot be listed",
  "ItemStore.readOrder": "who repeats a call for a completed order is told to come back",
  "OrderStatuses.countRequest": "each gateway counts confirmations alone",
  "Backlogs.read": `${NO_WAIT_KNOWN}, and no hold is taken`,
  "Backlogs.publish": NO_WAIT_KNOWN,
  "Instances.report": NOT_LISTED,
  "Instances.withdraw": NOT_LISTED,
  "Instances.list": "there is no overview of the engine",
  "LiveEvents.read": NO_EVENTS,
  "LiveEvents.follow": NO_EVENTS,
  // Whoever writes it down needs the right to the key itself.
  "FoldedLog.read": "a log with another number of partitions is known by its topic alone",
  "ItemStore.trouble": NO_PROBE,
  "ItemStore.isUp": NO_PROBE,
  "ItemStore.levels": "processor_inventory_level does not show every item",
  "IdempotencyKeys.use": "the admin API refuses changes that have an Idempotency-Key"
}
/** The same of an operation that only this user can do without. */
const LOST_BY: Readonly<Record<string, string>> = {
  "gateway OrderStatuses.write": "a dead letter that the admin API replays keeps its status until it is decided",
  "operator Backlogs.read": "refunds, and what else version 1 of the rules does not know, are refused"
}

/** What only this user cannot do without: by the names of items a processor finds its holds after a start. */
const NEEDED_BY: ReadonlySet<string> = new Set(["processor ItemStore.names"])

/** What is lost without it, in words; undefined where orders are not served without it. */
export const lostWithout = ({ name, port, user }: Operation): string | undefined => {
  const own = `${user} ${port}.${name}`
  return NEEDED_BY.has(own) ? undefined : LOST_BY[own] ?? LOST[`${port}.${name}`]
}

/**
 * What each operation of the adapters asks of Redis: scripts, by the names of their files, and commands that an adapter
 * gives itself. What a script needs is derived from its text: see `ScriptNeeds`. `npm run check:rights` compares this
 * list with the adapters.
 */
import type { Service as Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { Service as FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import type { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import type { Service as Instances } from "@flash-sale/domain/ports/Instances"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { StoreMove } from "@flash-sale/domain/ports/StoreMove"
import type { KeyFamily } from "./KeyFamilies.ts"

/** Commands are spelled as the rights of Redis spell them: `SCRIPT|LOAD` is `SCRIPT LOAD`. */
export interface Need {
  readonly scripts?: ReadonlyArray<string>
  readonly reads?: ReadonlyArray<readonly [command: string, family: KeyFamily]>
  readonly writes?: ReadonlyArray<readonly [command: string, family: KeyFamily]>
  /** Commands that name no key. */
  readonly keyless?: ReadonlyArray<string>
}

type Needs<Service> = Readonly<Record<keyof Service, Need>>

const NOTHING: Need = {}
/** Its key has the pattern of the marks. */
const WRITE_PROBE: Need = { writes: [["SETRANGE", "mark"]] }
const MARK: Need = { reads: [["HMGET", "mark"]] }

const itemStore: Needs<ItemStore["Service"]> = {
  fold: { scripts: ["fold"] },
  read: { scripts: ["read_item"] },
  readBuyers: { scripts: ["read_buyers"] },
  detectEdits: { scripts: ["detect_edits"], reads: [["SSCAN", "items"]] },
  levels: { reads: [["SRANDMEMBER", "items"], ["MGET", "inventory"]] },
  names: { reads: [["SSCAN", "items"]] },
  readOrder: { scripts: ["read_order"] },
  openOrders: { scripts: ["open_orders"] },
  trouble: WRITE_PROBE,
  isUp: WRITE_PROBE
}

const recoveryMarks: Needs<RecoveryMarks["Service"]> = {
  read: MARK,
  accepted: MARK,
  begin: { scripts: ["begin_recovery"] },
  complete: { scripts: ["write_mark"] },
  checkpoint: { scripts: ["checkpoint"] },
  session: NOTHING
}

const orderStatuses: Needs<OrderStatuses["Service"]> = {
  admit: { scripts: ["admit"] },
  countRequest: { scripts: ["count_request"] },
  confirm: { scripts: ["confirm_claims"] },
  release: { scripts: ["release_claims"] },
  write: { scripts: ["write_status"] },
  read: { reads: [["GET", "orderStatus"]] },
  readAll: { reads: [["MGET", "orderStatus"]] }
}

const liveEvents: Needs<LiveEvents["Service"]> = {
  read: { reads: [["XRANGE", "events"]] },
  follow: { reads: [["XREVRANGE", "events"], ["XRANGE", "events"], ["XREAD", "events"]] }
}

const storedItems: Needs<StoredItems["Service"]> = {
  location: NOTHING,
  isEmpty: { keyless: ["DBSIZE"] },
  items: { reads: [["SSCAN", "items"]] },
  positions: { reads: [["HGET", "meta"]] },
  read: {
    scripts: ["dump_item"],
    reads: [
      ["HSCAN", "orders"],
      ["HSCAN", "untold"],
      ["HSCAN", "buyers"],
      ["HSCAN", "open"],
      ["HSCAN", "due"],
      ["ZSCAN", "turned"],
      ["ZSCAN", "commands"]
    ]
  },
  clear: { scripts: ["clear_items"] }
}

/** Which rules its own process knows is asked of no store. */
const backlogs: Needs<Omit<Backlogs, "ownRules">> = {
  publish: { writes: [["HSET", "backlog"]] },
  read: { reads: [["HGETALL", "backlog"]] }
}

const instances: Needs<Instances> = {
  report: { scripts: ["report_instance"] },
  withdraw: { writes: [["ZREM", "instances"], ["HDEL", "instanceReports"]] },
  list: { scripts: ["list_instances"] }
}

const foldedLog: Needs<FoldedLog> = {
  read: { reads: [["HMGET", "log"]] },
  write: { scripts: ["write_log"] }
}

const storeMove: Needs<StoreMove["Service"]> = {
  forgetOffsets: { scripts: ["forget_offsets"], keyless: ["SCAN"] },
  replaceLog: { scripts: ["replace_log"] }
}

const idempotencyKeys: Needs<IdempotencyKeys["Service"]> = { use: { scripts: ["use_idempotency_key"] } }

/** What each operation of each port needs. */
export const PORTS = {
  ItemStore: itemStore,
  RecoveryMarks: recoveryMarks,
  OrderStatuses: orderStatuses,
  LiveEvents: liveEvents,
  StoredItems: storedItems,
  Backlogs: backlogs,
  Instances: instances,
  FoldedLog: foldedLog,
  IdempotencyKeys: idempotencyKeys,
  StoreMove: storeMove
} satisfies Readonly<Record<string, Readonly<Record<string, Need>>>>

export type Port = keyof typeof PORTS

/** What every connection needs, whichever ports it serves: the client's own commands, and running scripts. */
export const CONNECTION: Need = {
  scripts: ["check_rights"],
  keyless: ["PING", "INFO", "CLIENT|SETNAME", "EVAL", "EVALSHA", "SCRIPT|LOAD"]
}
/** Those of them that the client gives by itself when it connects. */
export const GIVEN_BY_THE_CLIENT = ["CLIENT|SETNAME", "INFO"] as const

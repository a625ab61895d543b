/** The maps of an item: as many of their entries as a batch touches are read, and those that changed are written. */
import { CommandId } from "@flash-sale/domain/Command"
import type { Batch, Folded, Untold } from "@flash-sale/domain/Fold"
import { RequestId, UserId } from "@flash-sale/domain/Ids"
import { COMMANDS_REMEMBERED, type HeldOrder, type Item, TURNED_REMEMBERED } from "@flash-sale/domain/Item"
import { HashMap, Option } from "effect"
import {
  type Connection,
  integer,
  optionalInteger,
  optionalText,
  optionalWord,
  type Row,
  text,
  word
} from "./Connection.ts"
import type { ItemHead } from "./ItemHead.ts"
import { byBatch, type Touched } from "./ItemTouched.ts"

const holdStates = ["held", "sold", "voiding", "released"] as const
const turnedReasons = ["sold_out", "limit", "not_open", "closed", "paused"] as const
const reasons = ["declined", "timeout", "cancelled", ...turnedReasons] as const
const untoldStates = ["turned", "unreadable"] as const

const ORDERS = "SELECT * FROM orders WHERE item = ? AND request IN (SELECT value FROM json_each(?))"
const TURNED = "SELECT request, n, reason FROM turned WHERE item = ? AND request IN (SELECT value FROM json_each(?))"
const BUYERS = "SELECT user, units FROM buyers WHERE item = ? AND user IN (SELECT value FROM json_each(?))"
const COMMANDS = "SELECT command, n FROM commands WHERE item = ? AND command IN (SELECT value FROM json_each(?))"
const UNTOLD = "SELECT * FROM untold WHERE item = ? AND offset IN (SELECT value FROM json_each(?))"

/** What was read for a batch, and which entries it may have changed. */
export interface Loaded {
  readonly folded: Folded
  readonly touched: Touched
}

export const load = (connection: Connection, head: ItemHead, batch: Batch): Loaded => {
  const named = byBatch(batch)
  const rows = <A>(sql: string, keys: Iterable<unknown>, toEntry: (row: Row) => A): ReadonlyArray<A> => {
    const list = [...keys]
    return list.length === 0 ? [] : connection.all(sql, head.id, JSON.stringify(list)).map(toEntry)
  }
  const orders = rows(ORDERS, named.requests, toOrder)
  // Whoever's order is given back or sold counts as touched, though the batch does not name him.
  const users = new Set([...named.users, ...orders.map(([, { userId }]) => userId)])
  const before = batch.commands.filter(({ offset }) => offset <= head.position).map(({ offset }) => offset)
  return {
    touched: { ...named, users },
    folded: {
      position: head.position,
      untold: HashMap.fromIterable(rows(UNTOLD, [...batch.told, ...before], toUntold)),
      item: {
        ...head.item,
        orders: HashMap.fromIterable(orders),
        turned: HashMap.fromIterable(rows(TURNED, named.requests, toTurned)),
        buyers: HashMap.fromIterable(rows(BUYERS, users, toBuyer)),
        commands: HashMap.fromIterable(rows(COMMANDS, named.commands, toCommand))
      }
    }
  }
}

const toOrder = (row: Row): readonly [RequestId, HeldOrder] => [RequestId.make(text(row, "request")), {
  state: word(holdStates, row, "state"),
  userId: UserId.make(text(row, "user")),
  amount: integer(row, "amount"),
  attempt: integer(row, "attempt"),
  place: integer(row, "place"),
  capped: integer(row, "capped") === 1,
  price: optionalInteger(row, "price"),
  currency: optionalText(row, "currency"),
  reason: optionalWord(reasons, row, "reason")
}]

const toTurned = (row: Row) =>
  [RequestId.make(text(row, "request")), { n: integer(row, "n"), reason: word(turnedReasons, row, "reason") }] as const

const toBuyer = (row: Row) => [UserId.make(text(row, "user")), integer(row, "units")] as const

const toCommand = (row: Row) => [CommandId.make(text(row, "command")), integer(row, "n")] as const

const toUntold = (row: Row): readonly [number, Untold] => {
  const request = optionalText(row, "request")
  return [integer(row, "offset"), {
    requestId: request === undefined ? undefined : RequestId.make(request),
    state: word(untoldStates, row, "state"),
    reason: optionalWord(turnedReasons, row, "reason"),
    attempt: integer(row, "attempt")
  }]
}

const PUT_ORDER = `
INSERT OR REPLACE INTO orders(item, request, state, user, amount, attempt, place, capped, price, currency, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const PUT_TURNED = "INSERT OR REPLACE INTO turned(item, request, n, reason) VALUES (?, ?, ?, ?)"
const PUT_BUYER = "INSERT OR REPLACE INTO buyers(item, user, units) VALUES (?, ?, ?)"
const PUT_COMMAND = "INSERT OR REPLACE INTO commands(item, command, n) VALUES (?, ?, ?)"
const PUT_UNTOLD = `
INSERT OR REPLACE INTO untold(item, offset, request, state, reason, attempt) VALUES (?, ?, ?, ?, ?, ?)`
const FORGET_TURNED = "DELETE FROM turned WHERE item = ? AND n <= ?"
const FORGET_COMMANDS = "DELETE FROM commands WHERE item = ? AND n <= ?"

export const save = (connection: Connection, id: number, loaded: Loaded, after: Folded, batch: Batch): void => {
  const { folded: before, touched } = loaded
  saveUntold(connection, id, before.untold, after.untold, batch)
  for (const [requestId, order] of changed(before.item.orders, after.item.orders, touched.requests)) {
    putOrder(connection, id, requestId, order)
  }
  for (const [requestId, { n, reason }] of changed(before.item.turned, after.item.turned, touched.requests)) {
    connection.run(PUT_TURNED, id, requestId, n, reason)
  }
  for (const [userId, units] of changed(before.item.buyers, after.item.buyers, touched.users)) {
    connection.run(PUT_BUYER, id, userId, units)
  }
  for (const [command, n] of changed(before.item.commands, after.item.commands, touched.commands)) {
    connection.run(PUT_COMMAND, id, command, n)
  }
  forget(connection, id, before.item, after.item)
}

/** The entries of these keys that are not what they were. Folding takes no entry away. */
function* changed<K, V>(
  before: HashMap.HashMap<K, V>,
  after: HashMap.HashMap<K, V>,
  keys: Iterable<K>
): Iterable<readonly [K, V]> {
  if (before === after) return
  for (const key of keys) {
    const value = HashMap.get(after, key)
    if (Option.isNone(value)) continue
    const was = HashMap.get(before, key)
    if (Option.isNone(was) || was.value !== value.value) yield [key, value.value]
  }
}

const putOrder = (connection: Connection, id: number, requestId: RequestId, order: HeldOrder): void =>
  void connection.run(
    PUT_ORDER,
    id,
    requestId,
    order.state,
    order.userId,
    order.amount,
    order.attempt,
    order.place,
    order.capped ? 1 : 0,
    order.price ?? null,
    order.currency ?? null,
    order.reason ?? null
  )

const saveUntold = (
  connection: Connection,
  id: number,
  before: Folded["untold"],
  after: Folded["untold"],
  { commands, told }: Batch
): void => {
  for (const offset of told) connection.run("DELETE FROM untold WHERE item = ? AND offset = ?", id, offset)
  const offsets = commands.map(({ offset }) => offset)
  for (const [offset, { attempt, reason, requestId, state }] of changed(before, after, offsets)) {
    connection.run(PUT_UNTOLD, id, offset, requestId ?? null, state, reason ?? null, attempt)
  }
}

/** Entries that no decision looks at any more: beyond the bounds of what is remembered. */
const forget = (connection: Connection, id: number, before: Item, after: Item): void => {
  if (after.turnedCount > Math.max(before.turnedCount, TURNED_REMEMBERED)) {
    connection.run(FORGET_TURNED, id, after.turnedCount - TURNED_REMEMBERED)
  }
  if (after.commandCount > Math.max(before.commandCount, COMMANDS_REMEMBERED)) {
    connection.run(FORGET_COMMANDS, id, after.commandCount - COMMANDS_REMEMBERED)
  }
}

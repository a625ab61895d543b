/** Writing an item's maps: the entries that changed. */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { Batch, Folded } from "@flash-sale/domain/rules/Fold"
import { COMMANDS_REMEMBERED, type HeldOrder, type Item, REJECTED_REMEMBERED } from "@flash-sale/domain/rules/Item"
import { HashMap, Option } from "effect"
import type { Connection } from "../database/Connection.ts"
import * as Upsert from "../database/writing/Upsert.ts"
import * as CheckoutRows from "./CheckoutRows.ts"
import type { LoadedItem } from "./ItemLoad.ts"

const PUT_ORDER = Upsert.into("orders", ["item", "request"], [
  "state",
  "user",
  "amount",
  "attempt",
  "place",
  "capped",
  "price",
  "currency",
  "reason",
  "hold",
  "confirmed",
  "reference"
])
const PUT_REJECTED = "INSERT OR REPLACE INTO turned(item, request, n, reason) VALUES (?, ?, ?, ?)"
const PUT_BUYER = "INSERT OR REPLACE INTO buyers(item, user, units) VALUES (?, ?, ?)"
const PUT_COMMAND = "INSERT OR REPLACE INTO commands(item, command, n) VALUES (?, ?, ?)"
const PUT_UNPUBLISHED = `
INSERT OR REPLACE INTO untold(item, offset, request, state, reason, attempt) VALUES (?, ?, ?, ?, ?, ?)`
const FORGET_REJECTED = "DELETE FROM turned WHERE item = ? AND n <= ?"
const FORGET_COMMANDS = "DELETE FROM commands WHERE item = ? AND n <= ?"

export const save = (connection: Connection, id: number, loaded: LoadedItem, after: Folded, batch: Batch): void => {
  const { folded: before, touched } = loaded
  saveUnpublished(connection, id, before.unpublished, after.unpublished, batch)
  for (const [requestId, order] of changed(before.item.orders, after.item.orders, touched.requests)) {
    putOrder(connection, id, requestId, order)
  }
  for (const [requestId, { n, reason }] of changed(before.item.rejected, after.item.rejected, touched.requests)) {
    connection.run(PUT_REJECTED, id, requestId, n, reason)
  }
  for (const [userId, units] of changed(before.item.buyers, after.item.buyers, touched.users)) {
    connection.run(PUT_BUYER, id, userId, units)
  }
  for (const [command, n] of changed(before.item.commands, after.item.commands, touched.commands)) {
    connection.run(PUT_COMMAND, id, command, n)
  }
  for (const requestId of touched.requests) {
    const open = Option.getOrUndefined(HashMap.get(after.item.open, requestId))
    if (open !== Option.getOrUndefined(HashMap.get(before.item.open, requestId))) {
      CheckoutRows.saveOpen(connection, id, requestId, open)
    }
  }
  for (const [requestId, all] of changed(before.item.refundsDue, after.item.refundsDue, touched.requests)) {
    CheckoutRows.saveDue(connection, id, requestId, all)
  }
  forget(connection, id, before.item, after.item)
}

/** The entries of these keys that differ. Folding removes none of them. */
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
    order.placedAtOffset,
    order.countsAgainstLimit ? 1 : 0,
    order.price ?? null,
    order.currency ?? null,
    order.reason ?? null,
    order.hold === undefined ? 0 : 1,
    order.hold?.confirmedAtOffset ?? null,
    order.hold?.reference ?? null
  )

const saveUnpublished = (
  connection: Connection,
  id: number,
  before: Folded["unpublished"],
  after: Folded["unpublished"],
  { commands, published }: Batch
): void => {
  for (const offset of published) connection.run("DELETE FROM untold WHERE item = ? AND offset = ?", id, offset)
  const offsets = commands.map(({ offset }) => offset)
  for (const [offset, { attempt, reason, requestId, state }] of changed(before, after, offsets)) {
    connection.run(PUT_UNPUBLISHED, id, offset, requestId ?? null, state, reason ?? null, attempt)
  }
}

/** Deletes entries beyond the bounds of what is remembered, which no decision reads any more. */
const forget = (connection: Connection, id: number, before: Item, after: Item): void => {
  if (after.rejectedCount > Math.max(before.rejectedCount, REJECTED_REMEMBERED)) {
    connection.run(FORGET_REJECTED, id, after.rejectedCount - REJECTED_REMEMBERED)
  }
  if (after.commandCount > Math.max(before.commandCount, COMMANDS_REMEMBERED)) {
    connection.run(FORGET_COMMANDS, id, after.commandCount - COMMANDS_REMEMBERED)
  }
}

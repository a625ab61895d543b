/** Reading an item's maps: the entries that a batch may read or change. Persisted names: decision 0023. */
import { CommandId } from "@flash-sale/domain/records/Command"
import { isRequestId, isUserId, type RequestId } from "@flash-sale/domain/records/Ids"
import type { Batch, Folded, Unpublished } from "@flash-sale/domain/rules/Fold"
import {
  type HeldOrder,
  LEDGER_STATES,
  REFUND_REASONS,
  REJECTION_REASONS,
  RELEASE_REASONS
} from "@flash-sale/domain/rules/Item"
import { HashMap, Schema } from "effect"
import {
  type Connection,
  integer,
  optionalInteger,
  optionalText,
  optionalWord,
  type Row,
  RowDamaged,
  text,
  word
} from "../database/Connection.ts"
import * as CheckoutRows from "./CheckoutRows.ts"
import type { ItemHead } from "./ItemHead.ts"
import { byBatch, type TouchedRows } from "./ItemTouched.ts"

const reasons = [...RELEASE_REASONS, ...REJECTION_REASONS, ...REFUND_REASONS] as const
/** A release before 0.2 kept the answers to rejected orders as well, as `turned`. */
const unpublishedStates = ["turned", "unreadable"] as const

const ORDERS = "SELECT * FROM orders WHERE item = ? AND request IN (SELECT value FROM json_each(?))"
const REJECTED = "SELECT request, n, reason FROM turned WHERE item = ? AND request IN (SELECT value FROM json_each(?))"
const BUYERS = "SELECT user, units FROM buyers WHERE item = ? AND user IN (SELECT value FROM json_each(?))"
const COMMANDS = "SELECT command, n FROM commands WHERE item = ? AND command IN (SELECT value FROM json_each(?))"
const UNPUBLISHED = "SELECT * FROM untold WHERE item = ? AND offset IN (SELECT value FROM json_each(?))"
const OPEN = "SELECT * FROM open_orders WHERE item = ? AND request IN (SELECT value FROM json_each(?))"
const REFUNDS_DUE = "SELECT * FROM refunds_due WHERE item = ? AND request IN (SELECT value FROM json_each(?))"

/** The entries that were read for a batch, and the keys of those that it may change. */
export interface LoadedItem {
  readonly folded: Folded
  readonly touched: TouchedRows
}

export const load = (connection: Connection, head: ItemHead, batch: Batch): LoadedItem => {
  const named = byBatch(batch)
  const rows = <A>(sql: string, keys: Iterable<unknown>, toEntry: (row: Row) => A): ReadonlyArray<A> => {
    const list = [...keys]
    return list.length === 0 ? [] : connection.all(sql, head.id, JSON.stringify(list)).map(toEntry)
  }
  const orders = rows(ORDERS, named.requests, toOrder)
  // The buyers of orders that are released or sold count as touched, though the batch does not name them.
  const users = new Set([...named.users, ...orders.map(([, { userId }]) => userId)])
  const before = batch.commands.filter(({ offset }) => offset <= head.position).map(({ offset }) => offset)
  return {
    touched: { ...named, users },
    folded: {
      position: head.position,
      unpublished: HashMap.fromIterable(rows(UNPUBLISHED, [...batch.published, ...before], toUnpublished)),
      item: {
        ...head.item,
        orders: HashMap.fromIterable(orders),
        rejected: HashMap.fromIterable(rows(REJECTED, named.requests, toRejected)),
        buyers: HashMap.fromIterable(rows(BUYERS, users, toBuyer)),
        commands: HashMap.fromIterable(rows(COMMANDS, named.commands, toCommand)),
        open: HashMap.fromIterable(rows(OPEN, named.requests, CheckoutRows.toOpen)),
        refundsDue: CheckoutRows.byRequest(rows(REFUNDS_DUE, named.requests, CheckoutRows.toDue))
      }
    }
  }
}

/** The item with what is known of this request id alone. */
export const ofOrder = (connection: Connection, head: ItemHead, requestId: RequestId): ItemHead["item"] => {
  const rows = (sql: string) => connection.all(sql, head.id, JSON.stringify([requestId]))
  return {
    ...head.item,
    orders: HashMap.fromIterable(rows(ORDERS).map(toOrder)),
    open: HashMap.fromIterable(rows(OPEN).map(CheckoutRows.toOpen)),
    refundsDue: CheckoutRows.byRequest(rows(REFUNDS_DUE).map(CheckoutRows.toDue))
  }
}

const isCommandId = Schema.is(CommandId)

const id = <A extends string>(isId: (value: unknown) => value is A, row: Row, column: string): A => {
  const value = text(row, column)
  if (isId(value)) return value
  throw new RowDamaged(column, value)
}

export const toOrder = (row: Row): readonly [RequestId, HeldOrder] => [id(isRequestId, row, "request"), {
  state: word(LEDGER_STATES, row, "state"),
  userId: id(isUserId, row, "user"),
  amount: integer(row, "amount"),
  attempt: integer(row, "attempt"),
  placedAtOffset: integer(row, "place"),
  countsAgainstLimit: integer(row, "capped") === 1,
  price: optionalInteger(row, "price"),
  currency: optionalText(row, "currency"),
  reason: optionalWord(reasons, row, "reason"),
  hold: CheckoutRows.toHold(row)
}]

export const toRejected = (row: Row) =>
  [id(isRequestId, row, "request"), {
    n: integer(row, "n"),
    reason: word(REJECTION_REASONS, row, "reason")
  }] as const

export const toBuyer = (row: Row) => [id(isUserId, row, "user"), integer(row, "units")] as const

export const toCommand = (row: Row) => [id(isCommandId, row, "command"), integer(row, "n")] as const

export const toUnpublished = (row: Row): readonly [number, Unpublished] => {
  return [integer(row, "offset"), {
    requestId: row["request"] === null ? undefined : id(isRequestId, row, "request"),
    state: word(unpublishedStates, row, "state") === "turned" ? "rejected" : "unreadable",
    reason: optionalWord(REJECTION_REASONS, row, "reason"),
    attempt: integer(row, "attempt")
  }]
}

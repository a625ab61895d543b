/** An item's live events as rows: one for each fold that changed something, or said how the item is sold. */
import { EVENTS_KEPT, ItemMoved, type LiveEvent } from "@flash-sale/domain/ports/LiveEvents"
import type { Command, LoggedCommand } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Item } from "@flash-sale/domain/rules/Item"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import { Schema } from "effect"
import { type Connection, integer, type Row, text } from "../database/Connection.ts"

const encode = Schema.encodeSync(Schema.fromJsonString(ItemMoved))
const decode = Schema.decodeSync(Schema.fromJsonString(ItemMoved))

/** The topic of `Signals` that wakes the followers of an item. */
export const topic = (itemId: ItemId): string => `events/${itemId}`

/** What is told of the order that they name, also where they have no effect. */
const TOLD: ReadonlyArray<Command["_tag"]> = ["Confirm", "Cancel", "Refund"]

/**
 * The event of a fold of these commands; undefined where no count changed, no record said how the item is sold, and
 * there is no order to tell of.
 */
export const ofFold = (
  before: Item,
  after: Item,
  commands: ReadonlyArray<LoggedCommand>,
  outcomes: ReadonlyArray<Outcome.RecordOutcome>
): ItemMoved | undefined => {
  const orders = outcomes.flatMap(({ fresh, orders }, n) => {
    const command = commands[n]?.command
    const isTold = fresh && command !== undefined && TOLD.includes(command._tag)
    return orders.flatMap((order) => order.changed || isTold ? toMoved(order) : [])
  })
  const { available, held, sold } = after
  const isSaleSet = outcomes.some(({ fresh }, n) => fresh && commands[n]?.command._tag === "Sale")
  const isSame = available === before.available && held === before.held && sold === before.sold
  return isSame && !isSaleSet && orders.length === 0 ? undefined : { available, held, sold, orders }
}

const toMoved = (order: Outcome.OrderOutcome): ItemMoved["orders"] => {
  const status = OutcomeStatus.status(order)
  return order.requestId !== undefined && status !== undefined
    ? [{ requestId: order.requestId, status, attempt: order.attempt, ...OutcomeStatus.progress(order) }]
    : []
}

/** Adds the event under the next number, and deletes those beyond `EVENTS_KEPT`. */
export const add = (connection: Connection, item: number, id: number, event: ItemMoved): void => {
  connection.run("INSERT INTO events(item, id, event) VALUES (?, ?, ?)", item, id, encode(event))
  connection.run("DELETE FROM events WHERE item = ? AND id <= ?", item, id - EVENTS_KEPT)
}

const AFTER = `
SELECT events.id, event FROM items JOIN events ON item = items.id
WHERE name = ? AND events.id > min(?, event_count) ORDER BY events.id LIMIT ?`

/** Events after a number. A number beyond the last one, from an earlier file, counts as the last one. */
export const after = (connection: Connection, itemId: ItemId, id: number, limit: number): ReadonlyArray<LiveEvent> =>
  connection.all(AFTER, itemId, id, limit).map(toEvent)

/** The number of the last event, or 0. */
export const last = (connection: Connection, itemId: ItemId): number => {
  const row = connection.get("SELECT event_count FROM items WHERE name = ?", itemId)
  return row === undefined ? 0 : integer(row, "event_count")
}

const toEvent = (row: Row): LiveEvent => ({
  id: String(integer(row, "id")),
  event: decode(text(row, "event"))
})

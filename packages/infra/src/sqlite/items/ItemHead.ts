/** An item's row: its counts, its position, and the settings of its sale. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED } from "@flash-sale/domain/records/Partition"
import type { Folded } from "@flash-sale/domain/rules/Fold"
import { empty, type Item, type RefusedCounts } from "@flash-sale/domain/rules/Item"
import * as Refused from "@flash-sale/domain/rules/Refused"
import {
  type Connection,
  integer,
  optionalInteger,
  optionalText,
  type Row,
  RowDamaged,
  text
} from "../database/Connection.ts"

/** The part of an item that is read with every batch; its maps are empty, see `ItemLoad`. */
export interface ItemHead {
  /** The item's key in the other tables, in place of its name. */
  readonly id: number
  readonly item: Item
  readonly position: number
  /** How many live events the item has had, which is also the id of the last one. */
  readonly eventCount: number
}

const INSERT = `
INSERT INTO items(
  name, partition, position, available, held, sold, put, seq, rules, turned_count, command_count, event_count, paused
) VALUES (?, ?, ${NOTHING_FOLDED}, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0) RETURNING *`

const UPDATE = `
UPDATE items SET
  position = ?, available = ?, held = ?, sold = ?, put = ?, seq = ?, rules = ?, turned_count = ?, command_count = ?,
  event_count = ?, opens_at = ?, closes_at = ?, per_user_limit = ?, paused = ?, price = ?, currency = ?,
  hold_seconds = ?, max_hold_seconds = ?, refused = ?
WHERE id = ?`

export const find = (connection: Connection, itemId: ItemId): ItemHead | undefined => {
  const row = connection.get("SELECT * FROM items WHERE name = ?", itemId)
  return row === undefined ? undefined : fromRow(row)
}

export const create = (connection: Connection, itemId: ItemId, partition: number): ItemHead =>
  fromRow(connection.get(INSERT, itemId, partition) ?? {})

export const save = (connection: Connection, id: number, { item, position }: Folded, eventCount: number): void => {
  const { settings } = item
  connection.run(
    UPDATE,
    position,
    item.available,
    item.held,
    item.sold,
    item.stocked,
    item.seq,
    item.rules,
    item.rejectedCount,
    item.commandCount,
    eventCount,
    settings.opensAt ?? null,
    settings.closesAt ?? null,
    settings.perUserLimit ?? null,
    settings.paused ? 1 : 0,
    settings.price ?? null,
    settings.currency ?? null,
    settings.holdSeconds ?? null,
    settings.maxHoldSeconds ?? null,
    Refused.write(item.refused),
    id
  )
}

/** The summary of an item. The embedded file has no external edits of stock, so none is ever pending. */
export const summary = ({ item, position }: Pick<ItemHead, "item" | "position">, isComplete: boolean): ItemSummary => ({
  isKnown: position > NOTHING_FOLDED,
  available: item.available,
  held: item.held,
  sold: item.sold,
  stocked: item.stocked,
  refused: Refused.of(item),
  settings: item.settings,
  rules: item.rules,
  position,
  isComplete,
  pendingEdit: undefined
})

const refused = (row: Row): RefusedCounts => {
  const found = text(row, "refused")
  const counts = Refused.read(found)
  if (counts === undefined) throw new RowDamaged("refused", found)
  return counts
}

const fromRow = (row: Row): ItemHead => ({
  id: integer(row, "id"),
  position: integer(row, "position"),
  eventCount: integer(row, "event_count"),
  item: {
    ...empty,
    available: integer(row, "available"),
    held: integer(row, "held"),
    sold: integer(row, "sold"),
    stocked: integer(row, "put"),
    seq: integer(row, "seq"),
    rules: integer(row, "rules"),
    rejectedCount: integer(row, "turned_count"),
    refused: refused(row),
    commandCount: integer(row, "command_count"),
    settings: {
      opensAt: optionalInteger(row, "opens_at"),
      closesAt: optionalInteger(row, "closes_at"),
      perUserLimit: optionalInteger(row, "per_user_limit"),
      paused: integer(row, "paused") === 1,
      price: optionalInteger(row, "price"),
      currency: optionalText(row, "currency"),
      holdSeconds: optionalInteger(row, "hold_seconds"),
      maxHoldSeconds: optionalInteger(row, "max_hold_seconds")
    }
  }
})

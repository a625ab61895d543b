/** The write that takes away what was folded of a partition, so that it is folded again. */
import { type AcceptedLog, MarkMoved } from "@flash-sale/domain/ports/RecoveryMarks"
import type { Clearing } from "@flash-sale/domain/ports/StoredItems"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Result } from "effect"
import { integer } from "./database/Connection.ts"
import * as LogChain from "./database/LogChain.ts"
import type { Job } from "./database/writing/Write.ts"
import * as MarkRows from "./items/MarkRows.ts"

/** The tables of an item's maps. */
export const MAPS = ["orders", "turned", "buyers", "commands", "untold", "open_orders", "refunds_due"] as const

/** The row stays: its number is the name of the item in other tables, and its events go on being counted. */
const RESET = `
UPDATE items SET
  partition = ?, position = ${NOTHING_FOLDED}, available = 0, held = 0, sold = 0, put = 0, seq = 0, rules = 1,
  turned_count = 0, refused = '', command_count = 0, opens_at = NULL, closes_at = NULL, per_user_limit = NULL,
  paused = 0, price = NULL, currency = NULL, hold_seconds = NULL, max_hold_seconds = NULL
WHERE id = ?`

/** `at` is the time of the repair. */
export const make = (
  partition: PartitionId,
  epoch: string | undefined,
  clearings: ReadonlyArray<Clearing>,
  accepted: AcceptedLog | undefined,
  at: string
): Job<void, MarkMoved> =>
(connection) => {
  if (MarkRows.readEpoch(connection, partition) !== epoch) return Result.fail(new MarkMoved({ partition }))
  MarkRows.clear(connection, partition, accepted)
  if (accepted !== undefined) {
    // The log is accepted as it is, with what is damaged in it.
    const damaged = LogChain.firstBreak(connection, partition)
    if (damaged !== undefined) LogChain.rechain(connection, partition, damaged.offset)
  }
  for (const { itemId, why } of clearings) {
    const row = connection.get("SELECT id FROM items WHERE name = ?", itemId)
    if (row !== undefined) {
      const id = integer(row, "id")
      for (const table of MAPS) connection.run(`DELETE FROM ${table} WHERE item = ?`, id)
      connection.run(RESET, partition, id)
    }
    connection.run("INSERT INTO repairs(at, item, partition, why) VALUES (?, ?, ?, ?)", at, itemId, partition, why)
  }
  return Result.void
}

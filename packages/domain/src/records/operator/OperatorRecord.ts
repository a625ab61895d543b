/** Records that a person has caused: they carry the author in their headers. Decision 0041. */
import { Command } from "../Command.ts"
import type { ItemId } from "../Ids.ts"
import * as LogRecord from "../LogRecord.ts"
import * as RecordHeaders from "../wire/RecordHeaders.ts"
import { type Operator, REDIS } from "./Operator.ts"

/** The same record, with the headers that say who appended it, and why. */
export const by = (operator: Operator, record: LogRecord.NewRecord): LogRecord.NewRecord => ({
  ...record,
  headers: { ...record.headers, ...RecordHeaders.ofOperator(operator) }
})

/** The record of a change of stock that was typed into Redis: the edit with this number, of so many units. */
export const ofEdit = (itemId: ItemId, seq: number, delta: number): LogRecord.NewRecord =>
  by(REDIS, LogRecord.encode(itemId, Command.Adjust({ adjustment: { seq, delta } })))

/** An order whose units are held: what a worker remembers of it until it is final. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"

export type Place = Extract<Command, { readonly _tag: "Place" }>

/** A record on its way through an item's mailbox. */
export interface Message {
  readonly record: LogRecord
  readonly command: Command
  /** When it was taken, as `Monotonic.now` gives it. */
  readonly takenAt: number
  /** It was read again as there is room for its order now: the `OpenOrderBudget` counts it already. */
  readonly isAdmitted: boolean
}

/** What is still needed of a record once it is folded. Its headers are in the command, and thousands may be open. */
export type SourceRecord = Pick<LogRecord, "partition" | "offset" | "timestamp" | "key" | "value">

export interface OpenOrder {
  readonly itemId: ItemId
  readonly record: SourceRecord
  readonly command: Place
  /** When its record was taken, as `Monotonic.now` gives it. */
  readonly takenAt: number
  /** When its fold was answered, in milliseconds since 1970 (UTC). */
  readonly heldAt: number
  readonly price: number | undefined
  readonly currency: string | undefined
  /** A `give-up` or `cancel` was folded: the charge is voided, or will be. */
  voiding: boolean
  /** Its payment waits for the end of the recovery: the rest of the log may settle it. */
  isHeldBack: boolean
}

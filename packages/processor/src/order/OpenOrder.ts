/** An order that is to be paid: what a worker remembers of it until it is final. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { MetadataJson } from "@flash-sale/domain/records/OrderMetadata"
import type { OrderTrace } from "@flash-sale/domain/records/OrderTrace"
import type { RecordedToken } from "@flash-sale/domain/records/token/PaymentToken"
import type { HoldFacts, RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"

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

/** One attempt at an order, by which the payment provider knows its charge. */
export interface ChargeRef extends OrderTrace {
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly attempt: number
}

/** The same with whose order it is: of one that ever held units as the ledger has it, else as its record has it. */
export interface KnownOrder extends ChargeRef {
  readonly userId: UserId
  readonly amount: number
  /** Whether the order began as a hold. */
  readonly isHold: boolean
}

/** Held, and to be charged. */
export interface OpenOrder extends KnownOrder {
  /** The record that says so, a `place` or the `confirm` of a hold. It is done once the order is final. */
  readonly record: SourceRecord
  readonly paymentToken: RecordedToken | undefined
  readonly metadata: MetadataJson | undefined
  /** The offset of the record that placed this attempt: before that of `record` where it was a hold. */
  readonly placedAtOffset: number
  readonly hold: HoldFacts | undefined
  readonly refundsDue: ReadonlyArray<RefundDue>
  /** When the gateway accepted the record, in milliseconds since 1970 (UTC). */
  readonly acceptedAt: number
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

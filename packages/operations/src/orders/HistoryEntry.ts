/** One record of an order, with what the fold made of it. Pure. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"

/** One record of the order. */
export interface HistoryEntry {
  readonly offset: number
  /** The record's own time, milliseconds since 1970 (UTC). */
  readonly timestamp: number
  /** Undefined where its header names no kind of record. */
  readonly type: RecordHeaders.RecordType | undefined
  /** Who appended it by hand. */
  readonly operator: Operator | undefined
  readonly correlationId: CorrelationId | undefined
  /** The attempt that it is about, and what the order was after it; undefined where the fold knows no such order. */
  readonly attempt: number
  readonly status: OrderStatus | undefined
  readonly reason: string | undefined
  /** Whether it changed the order. */
  readonly hasEffect: boolean
  /** Whether it is another order, under the same request id. */
  readonly isReused: boolean
  /** The payment that it tells of, or the refund by hand. */
  readonly reference: string | undefined
  /** Whether that payment is due back to the buyer. */
  readonly isRefundDue: boolean
  /** What the payment provider said. */
  readonly payment: string | undefined
}

const referenceIn = (command: Command): string | undefined =>
  command._tag === "Confirm" ? command.reference : command._tag === "Refund" ? command.byHand : undefined

const paymentIn = (command: Command, requestId: RequestId): string | undefined =>
  command._tag === "Settle"
    ? command.settlements.find((settlement) => settlement.requestId === requestId)?.outcome
    : undefined

/** The attempt that the record names; where it names none, the one that it found. */
const attemptIn = (command: Command, requestId: RequestId, outcome: OrderOutcome): number => {
  switch (command._tag) {
    case "Settle":
      return command.settlements.find((one) => one.requestId === requestId)?.attempt ?? outcome.attempt
    case "Expire":
      return command.orders.find((one) => one.requestId === requestId)?.attempt ?? outcome.attempt
    case "Place":
    case "Cancel":
    case "GiveUp":
    case "Refund":
      return command.attempt
    default:
      return outcome.attempt
  }
}

/** The entry of a record that names the order. */
export const of = (
  record: LogRecord.LogRecord,
  command: Command,
  requestId: RequestId,
  outcome: OrderOutcome
): HistoryEntry => ({
  offset: record.offset,
  timestamp: record.timestamp,
  type: RecordHeaders.typeOf(record.headers),
  operator: RecordHeaders.operatorOf(record.headers),
  correlationId: LogRecord.correlationIdOf(record),
  attempt: attemptIn(command, requestId, outcome),
  status: OutcomeStatus.status(outcome),
  reason: OutcomeStatus.reasonText(outcome),
  hasEffect: outcome.changed,
  isReused: outcome.isReused,
  reference: referenceIn(command),
  isRefundDue: outcome.isRefundDue,
  payment: paymentIn(command, requestId)
})

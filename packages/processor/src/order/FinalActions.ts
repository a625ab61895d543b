/** What is to be done about orders that have become final: their status, a dead letter where a person is needed. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { traceOf } from "@flash-sale/domain/records/LogRecord"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action } from "./Action.ts"
import * as MakeDeadLetter from "./MakeDeadLetter.ts"
import type { KnownOrder, Message, OpenOrder, SourceRecord } from "./OpenOrder.ts"
import * as StatusRecords from "./StatusRecords.ts"

/** What is to be known of the record by which an order is final, beside the order. */
type Deciding = Pick<OpenOrder, "record" | "takenAt" | "acceptedAt" | "metadata">

/** Of an order with this outcome and final status. `now` is ISO 8601 in UTC. */
export const ofOrder = (
  order: KnownOrder & Deciding,
  outcome: Outcome.OrderOutcome,
  status: OrderStatus,
  now: string
): Action => {
  const { acceptedAt, correlationId, isHold, record, requestId, takenAt, traceparent } = order
  const action = {
    status: StatusRecords.of(order, outcome, status, now),
    toldBy: record,
    finished: {
      requestId,
      correlationId,
      traceparent,
      status,
      reason: OutcomeStatus.reasonText(outcome),
      isHold,
      takenAt,
      acceptedAt,
      recordOffset: record.offset
    },
    done: record.offset
  }
  const isTimeout = outcome.state === "released" && outcome.reason === "timeout"
  return isTimeout ? { ...action, letter: timeoutLetter(order, record, outcome, now) } : action
}

const timeoutLetter = (
  order: KnownOrder & Deciding,
  record: SourceRecord,
  outcome: Outcome.OrderOutcome,
  now: string
): DeadLetter => ({
  ...MakeDeadLetter.of(record, "Payment Timeout", order.requestId, order.correlationId, outcome.attempt, now),
  ...MakeDeadLetter.chargedOf(outcome),
  ...(order.metadata === undefined ? {} : { metadata: order.metadata }),
  ...(record.offset === outcome.placedAtOffset ? {} : MakeDeadLetter.orderOf(order))
})

/** Why a record that can be read is not understood. */
const OLD_RULES = "the item's rules are of version 1, and do not know this record; or too many payments are due already"

/** Of these the request id is the record's own, and not that of another record's order. */
const PLACES: ReadonlySet<Command["_tag"]> = new Set<Command["_tag"]>(["Place", "Hold", "Unreadable"])

/** Of a record that could not be understood. `now` is ISO 8601 in UTC. */
export const ofUnreadable = (
  itemId: ItemId,
  { command, record, takenAt }: Message,
  order: Outcome.OrderOutcome,
  now: string
): Action => {
  const { attempt, requestId } = order
  const { correlationId, traceparent } = traceOf(record)
  const reason = OutcomeStatus.reasonText(order)
  return {
    ...(requestId === undefined || !PLACES.has(command._tag) ? {} : {
      status: {
        requestId,
        itemId,
        status: "FAILED",
        ...(reason === undefined ? {} : { reason }),
        attempt,
        correlationId,
        updatedAt: now,
        fingerprint: "",
        placedAtOffset: record.offset
      },
      toldBy: record
    }),
    letter: MakeDeadLetter.of(record, "Invalid Order Format", requestId, correlationId, attempt, now),
    finished: {
      requestId,
      correlationId,
      traceparent,
      status: "FAILED",
      reason: command._tag === "Unreadable" ? command.detail : OLD_RULES,
      isHold: false,
      takenAt,
      acceptedAt: undefined,
      recordOffset: record.offset
    },
    published: record.offset,
    done: record.offset
  }
}

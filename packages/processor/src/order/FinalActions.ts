/** What is to be done about orders that have become final: their status, a dead letter where a person is needed. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { defaultCorrelationId } from "@flash-sale/domain/records/LogRecord"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action } from "./Action.ts"
import * as MakeDeadLetter from "./MakeDeadLetter.ts"
import type { Message, OpenOrder } from "./OpenOrder.ts"
import * as StatusRecords from "./StatusRecords.ts"

/** Of an order with this outcome and final status. `now` is ISO 8601 in UTC. */
export const ofOrder = (order: OpenOrder, outcome: Outcome.OrderOutcome, status: OrderStatus, now: string): Action => {
  const { command, record: { offset, timestamp }, takenAt } = order
  const action = {
    status: StatusRecords.of(order, outcome, status, now),
    placedAt: timestamp,
    placedAtOffset: outcome.placedAtOffset,
    finished: {
      requestId: command.order.requestId,
      correlationId: command.correlationId,
      traceparent: command.traceparent,
      status,
      reason: OutcomeStatus.reasonText(outcome),
      takenAt,
      acceptedAt: command.acceptedAt,
      placedAtOffset: offset
    },
    done: offset
  }
  const isTimeout = outcome.state === "released" && outcome.reason === "timeout"
  return isTimeout ? { ...action, letter: timeoutLetter(order, outcome.attempt, now) } : action
}

const timeoutLetter = (order: OpenOrder, attempt: number, now: string): DeadLetter => {
  const { correlationId, order: { requestId } } = order.command
  return {
    ...MakeDeadLetter.of(order.record, "Payment Timeout", requestId, correlationId, attempt, now),
    ...MakeDeadLetter.chargedOf(order)
  }
}

/** Of a record that could not be understood. `now` is ISO 8601 in UTC. */
export const ofUnreadable = (
  itemId: ItemId,
  { command, record, takenAt }: Message,
  order: Outcome.OrderOutcome,
  now: string
): Action => {
  if (command._tag !== "Unreadable" || order.state !== "unreadable") return { done: record.offset }
  const correlationId = command.correlationId ?? defaultCorrelationId(record)
  const reason = OutcomeStatus.reasonText(order)
  return {
    ...(command.requestId === undefined ? {} : {
      status: {
        requestId: command.requestId,
        itemId,
        status: "FAILED",
        ...(reason === undefined ? {} : { reason }),
        attempt: command.attempt,
        correlationId,
        updatedAt: now,
        fingerprint: "",
        placedAtOffset: record.offset
      },
      placedAt: record.timestamp,
      placedAtOffset: record.offset
    }),
    letter: MakeDeadLetter.of(record, "Invalid Order Format", command.requestId, correlationId, command.attempt, now),
    finished: {
      requestId: command.requestId,
      correlationId,
      traceparent: record.headers["traceparent"],
      status: "FAILED",
      reason: command.detail,
      takenAt,
      acceptedAt: undefined,
      placedAtOffset: record.offset
    },
    published: record.offset,
    done: record.offset
  }
}

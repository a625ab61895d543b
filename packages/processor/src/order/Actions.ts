/**
 * What is to be done about the outcomes of a fold: a pure step from outcomes to statuses, dead letters and payments.
 */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { defaultCorrelationId } from "@flash-sale/domain/records/LogRecord"
import { isFinal, type OrderStatus, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Outcome from "@flash-sale/domain/rules/Outcome"
import { DateTime } from "effect"
import * as DeadLetterOf from "./DeadLetterOf.ts"
import type { Message, OpenOrder, Place } from "./OpenOrder.ts"
import * as StatusRecords from "./StatusRecords.ts"

/** An order that has become final, for counters and log lines. */
export interface FinishedOrder {
  readonly requestId: RequestId | undefined
  readonly correlationId: CorrelationId
  readonly traceparent: string | undefined
  readonly status: OrderStatus
  readonly reason: string | undefined
  readonly takenAt: number
  /** When the gateway accepted it, in milliseconds since 1970 (UTC); undefined where nobody can tell. */
  readonly acceptedAt: number | undefined
  /** The offset of the record that placed it: what was told already is not counted again. */
  readonly placedAtOffset: number
}

/** All that one outcome asks for. What is absent is not needed. */
export interface Action {
  readonly status?: StatusRecord
  /** An order that is held now, and is to be paid. Its status may wait a moment for the final one: it is made when told. */
  readonly held?: OpenOrder
  /** When the order that the status is of was placed, in milliseconds since 1970; there with every status. */
  readonly placedAt?: number
  /** The offset of the record that placed that order; there with every status. */
  readonly placedAtOffset?: number
  readonly letter?: DeadLetter
  readonly finished?: FinishedOrder
  /** An order that was held, and is given up or cancelled now. */
  readonly voidCharge?: OpenOrder
  /** The offset that is final once status and letter are written. */
  readonly done?: number
  /** The offset whose answer the store keeps until it is told. */
  readonly published?: number
}

/** Now: in milliseconds since 1970 and as ISO 8601, both in UTC. */
interface Now {
  readonly millis: number
  readonly text: string
}

/** Held orders of one item that are not final yet, by request. */
export type OpenOrders = Map<RequestId, OpenOrder>

/**
 * What the records of a turn ask for, in order. Adds to and removes from `open` as orders are held and become final.
 * `millis` is now, in milliseconds since 1970 (UTC).
 */
export const actionsOf = (
  itemId: ItemId,
  open: OpenOrders,
  batch: ReadonlyArray<Message>,
  outcomes: ReadonlyArray<Outcome.RecordOutcome>,
  millis: number
): ReadonlyArray<Action> => {
  const now = { millis, text: DateTime.formatIso(DateTime.makeUnsafe(millis)) }
  const actions: Array<Action> = []
  for (const [at, message] of batch.entries()) {
    const { command, record } = message
    const { orders } = outcomes[at]!
    switch (command._tag) {
      case "Place":
        actions.push(placed(itemId, open, message, command, orders[0]!, now))
        break
      case "Unreadable":
        actions.push(unreadable(itemId, message, orders[0]!, now.text))
        break
      case "Settle":
      case "Cancel":
      case "GiveUp":
        for (const order of orders) {
          const action = moved(open, order, now.text)
          if (action !== undefined) actions.push(action)
        }
        actions.push({ done: record.offset })
        break
      case "Adjust":
      case "Sale":
      case "Rules":
        actions.push({ done: record.offset })
    }
  }
  return actions
}

const placed = (
  itemId: ItemId,
  open: OpenOrders,
  { record, takenAt }: Message,
  command: Place,
  order: Outcome.OrderOutcome,
  now: Now
): Action => {
  const status = Outcome.status(order)
  if (status === undefined) return { done: record.offset }
  const { key, offset, partition, timestamp, value } = record
  const own: OpenOrder = {
    itemId,
    record: { partition, offset, timestamp, key, value },
    command,
    takenAt,
    heldAt: now.millis,
    price: order.price,
    currency: order.currency,
    voiding: order.state === "voiding",
    isHeldBack: false
  }
  if (order.placedAtOffset !== record.offset) {
    // A second record of the same order: it has no effect of its own, and the first one's fate is told again.
    const told = StatusRecords.of(own, order, status, now.text)
    return { status: told, placedAt: timestamp, placedAtOffset: order.placedAtOffset, done: offset }
  }
  if (order.state === "held" || order.state === "voiding") {
    open.set(command.order.requestId, own)
    return { held: own, placedAt: timestamp, placedAtOffset: offset }
  }
  return finish(own, order, status, now.text)
}

/** An order that is open here and was settled, cancelled or given up. Any other is none of this worker's business. */
const moved = (open: OpenOrders, order: Outcome.OrderOutcome, now: string): Action | undefined => {
  if (order.requestId === undefined) return undefined
  const held = open.get(order.requestId)
  const status = Outcome.status(order)
  if (held === undefined || status === undefined || held.record.offset !== order.placedAtOffset) return undefined
  if (isFinal(status)) {
    open.delete(order.requestId)
    return finish(held, order, status, now)
  }
  if (order.state !== "voiding" || held.voiding) return undefined
  held.voiding = true
  return { voidCharge: held }
}

const finish = (order: OpenOrder, outcome: Outcome.OrderOutcome, status: OrderStatus, now: string): Action => {
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
      reason: Outcome.reasonText(outcome),
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
    ...DeadLetterOf.of(order.record, "Payment Timeout", requestId, correlationId, attempt, now),
    ...DeadLetterOf.chargedOf(order)
  }
}

const unreadable = (
  itemId: ItemId,
  { command, record, takenAt }: Message,
  order: Outcome.OrderOutcome,
  now: string
): Action => {
  if (command._tag !== "Unreadable" || order.state !== "unreadable") return { done: record.offset }
  const correlationId = command.correlationId ?? defaultCorrelationId(record)
  const reason = Outcome.reasonText(order)
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
    letter: DeadLetterOf.of(record, "Invalid Order Format", command.requestId, correlationId, command.attempt, now),
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

/**
 * What is to be done about the outcomes of a fold: a pure step from outcomes to statuses, dead letters and payments.
 */
import type { DeadLetter } from "@flash-sale/domain/DeadLetters"
import type { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/Ids"
import { placeCorrelationId } from "@flash-sale/domain/LogRecord"
import { fingerprint } from "@flash-sale/domain/Order"
import { isFinal, type OrderStatus, type StatusRecord } from "@flash-sale/domain/OrderStatus"
import * as Outcome from "@flash-sale/domain/Outcome"
import { Offset } from "@flash-sale/domain/Partition"
import * as Letter from "./Letter.ts"
import type { Message, OpenOrder, Place } from "./OpenOrder.ts"

/** An order that has become final, for counters and log lines. */
export interface Finished {
  readonly requestId: RequestId | undefined
  readonly correlationId: CorrelationId
  readonly traceparent: string | undefined
  readonly status: OrderStatus
  readonly reason: string | undefined
  readonly takenAt: number
  /** When the gateway accepted it, in milliseconds since 1970 (UTC); undefined where nobody can tell. */
  readonly acceptedAt: number | undefined
  /** The offset of the record that placed it: what was told already is not counted again. */
  readonly place: number
}

/** All that one outcome asks for. What is absent is not needed. */
export interface Reaction {
  readonly status?: StatusRecord
  /** A status that may wait a moment for the final one, made only when it is told. */
  readonly laterStatus?: () => StatusRecord
  /** When the order that the status is of was placed, in milliseconds since 1970; there with every status. */
  readonly placedAt?: number
  /** The offset of the record that placed that order; there with every status. */
  readonly place?: number
  readonly letter?: DeadLetter
  readonly finished?: Finished
  readonly pay?: OpenOrder
  readonly voidCharge?: OpenOrder
  /** The offset that is final once status and letter are written. */
  readonly done?: number
  /** The offset whose answer the store keeps until it is told. */
  readonly told?: number
}

/** Held orders of one item that are not final yet, by request. */
export type OpenOrders = Map<RequestId, OpenOrder>

/**
 * What the records of a turn ask for, in order. Adds to and removes from `open` as orders are held and become final.
 */
export const react = (
  itemId: ItemId,
  open: OpenOrders,
  batch: ReadonlyArray<Message>,
  outcomes: ReadonlyArray<Outcome.Outcome>,
  now: string
): ReadonlyArray<Reaction> => {
  const reactions: Array<Reaction> = []
  for (const [at, message] of batch.entries()) {
    const { command, record } = message
    const { orders } = outcomes[at]!
    switch (command._tag) {
      case "Place":
        reactions.push(placed(itemId, open, message, command, orders[0]!, now))
        break
      case "Unreadable":
        reactions.push(unreadable(itemId, message, orders[0]!, now))
        break
      case "Settle":
      case "Cancel":
      case "GiveUp":
        for (const order of orders) {
          const reaction = moved(open, order, now)
          if (reaction !== undefined) reactions.push(reaction)
        }
        reactions.push({ done: record.offset })
        break
      case "Adjust":
      case "Sale":
      case "Rules":
        reactions.push({ done: record.offset })
    }
  }
  return reactions
}

const placed = (
  itemId: ItemId,
  open: OpenOrders,
  { record, takenAt }: Message,
  command: Place,
  order: Outcome.OrderOutcome,
  now: string
): Reaction => {
  const status = Outcome.status(order)
  if (status === undefined) return { done: record.offset }
  const own = {
    itemId,
    record,
    command,
    takenAt,
    price: order.price,
    currency: order.currency,
    voiding: false,
    isHeldBack: false
  }
  if (order.place !== record.offset) {
    // A second record of the same order: it has no effect of its own, and the first one's fate is told again.
    return { ...told(own, order, status, now), done: record.offset }
  }
  if (order.state === "held" || order.state === "voiding") {
    const { key, offset, partition, timestamp, value } = record
    const kept = { partition, offset, timestamp, key, value }
    const held: OpenOrder = { ...own, record: kept, voiding: order.state === "voiding" }
    open.set(command.order.requestId, held)
    const reaction = {
      laterStatus: () => statusRecord(held, order, status, now),
      placedAt: record.timestamp,
      place: record.offset
    }
    return held.voiding ? { ...reaction, voidCharge: held } : { ...reaction, pay: held }
  }
  return finish(own, order, status, now)
}

/** An order that is open here and was settled, cancelled or given up. Any other is none of this worker's business. */
const moved = (open: OpenOrders, order: Outcome.OrderOutcome, now: string): Reaction | undefined => {
  if (order.requestId === undefined) return undefined
  const held = open.get(order.requestId)
  const status = Outcome.status(order)
  if (held === undefined || status === undefined || held.record.offset !== order.place) return undefined
  if (isFinal(status)) {
    open.delete(order.requestId)
    return finish(held, order, status, now)
  }
  if (order.state !== "voiding" || held.voiding) return undefined
  held.voiding = true
  return { voidCharge: held }
}

const finish = (order: OpenOrder, outcome: Outcome.OrderOutcome, status: OrderStatus, now: string): Reaction => {
  const offset = order.record.offset
  const reason = Outcome.reasonText(outcome)
  return {
    ...told(order, outcome, status, now),
    ...(outcome.state === "released" && outcome.reason === "timeout"
      ? {
        letter: {
          ...Letter.of(
            order.record,
            "Payment Timeout",
            order.command.order.requestId,
            order.command.correlationId,
            outcome.attempt,
            now
          ),
          ...Letter.chargedOf(order)
        }
      }
      : {}),
    finished: {
      requestId: order.command.order.requestId,
      correlationId: order.command.correlationId,
      traceparent: order.command.traceparent,
      status,
      reason,
      takenAt: order.takenAt,
      acceptedAt: order.command.acceptedAt,
      place: offset
    },
    done: offset
  }
}

const unreadable = (
  itemId: ItemId,
  { command, record, takenAt }: Message,
  order: Outcome.OrderOutcome,
  now: string
): Reaction => {
  if (command._tag !== "Unreadable" || order.state !== "unreadable") return { done: record.offset }
  const correlationId = command.correlationId ?? placeCorrelationId(record)
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
        place: record.offset
      },
      placedAt: record.timestamp,
      place: record.offset
    }),
    letter: Letter.of(record, "Invalid Order Format", command.requestId, correlationId, command.attempt, now),
    finished: {
      requestId: command.requestId,
      correlationId,
      traceparent: record.headers["traceparent"],
      status: "FAILED",
      reason: command.detail,
      takenAt,
      acceptedAt: undefined,
      place: record.offset
    },
    told: record.offset,
    done: record.offset
  }
}

/** The status of an order, with where and when it was placed. */
const told = (order: OpenOrder, outcome: Outcome.OrderOutcome, status: OrderStatus, now: string) => ({
  status: statusRecord(order, outcome, status, now),
  placedAt: order.record.timestamp,
  place: outcome.place
})

const statusRecord = (
  { command, itemId }: OpenOrder,
  outcome: Outcome.OrderOutcome,
  status: OrderStatus,
  updatedAt: string
): StatusRecord => {
  const reason = Outcome.reasonText(outcome)
  const amount = outcome.amount ?? command.order.amount
  return {
    requestId: command.order.requestId,
    itemId,
    amount,
    status,
    ...(reason === undefined ? {} : { reason }),
    attempt: outcome.attempt,
    correlationId: command.correlationId,
    updatedAt,
    fingerprint: fingerprint({ userId: outcome.userId ?? command.order.userId, itemId, amount }),
    place: Offset.make(outcome.place)
  }
}

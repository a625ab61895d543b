/**
 * The events of a record: what its fold has done, in words for those who listen. Shared by processor, rebuild and the
 * tests' oracle. Pure.
 *
 * **Details**: the same record tells the same events whenever it is folded or read again, under the same ids, from the
 * ledger and never from what its body claims: docs/decisions/0050-order-events.md.
 */
import type { Command } from "../records/Command.ts"
import type { ItemId } from "../records/Ids.ts"
import { traceOf } from "../records/LogRecord.ts"
import * as Moment from "../records/Moment.ts"
import type { OrderStatus } from "../records/OrderStatus.ts"
import { Offset } from "../records/Partition.ts"
import type { OrderOutcome, RecordOutcome } from "../rules/Outcome.ts"
import * as OutcomeStatus from "../rules/OutcomeStatus.ts"
import * as EventId from "./EventId.ts"
import * as OrderAsked from "./OrderAsked.ts"
import type { ItemEvent, OrderData, OrderEvent } from "./OrderEvent.ts"
import { changeOf, dataOf, type FindPlaced, type Known, timesOf, type ToldRecord, traceIn } from "./OrderFacts.ts"
import * as OrderSteps from "./OrderSteps.ts"

/** Whether orders that were turned away without ever holding units are told one by one: `ORDER_EVENTS=all`. */
export type TurnedAway = "told" | "counted"

/** The events of one record of an item, in order. */
export const eventsOf = (
  itemId: ItemId,
  told: ToldRecord,
  outcome: RecordOutcome,
  findPlaced: FindPlaced,
  turnedAway: TurnedAway
): ReadonlyArray<ItemEvent> => {
  const { command, record } = told
  if (command._tag === "Adjust" || command._tag === "Sale") return [ofItem(itemId, record, command)]
  // Most records of a sale tell nothing, and cost nothing: their orders are turned away.
  const { orders } = outcome
  let events: Array<ItemEvent> | undefined
  for (let n = 0; n < orders.length; n++) {
    const order = orders[n]!
    const { requestId } = order
    if (requestId === undefined) continue
    const made = OrderSteps.of(command, n, order, outcome)
    const step = made?.isTurnedAway === true && turnedAway === "counted" ? undefined : made
    const asked = OrderAsked.of(told, order, outcome)
    const due = order.isRefundDue && command._tag === "Confirm" ? command : undefined
    if (step === undefined && asked === undefined && due === undefined) continue
    const known = { itemId, requestId, order, told, findPlaced }
    events ??= []
    if (step !== undefined) events.push(ofStep(known, step))
    if (asked !== undefined) events.push(OrderAsked.eventOf(known, asked))
    if (due !== undefined) events.push(refundDue(known, due))
  }
  return events ?? NOTHING
}

const NOTHING: ReadonlyArray<ItemEvent> = []

const ofItem = (
  itemId: ItemId,
  record: ToldRecord["record"],
  command: Extract<Command, { readonly _tag: "Adjust" | "Sale" }>
): ItemEvent =>
  command._tag === "Adjust"
    ? {
      id: EventId.ofAdjustment(itemId, command.adjustment),
      type: "item.adjusted",
      ...timesOf(record),
      data: { itemId, adjustment: command.adjustment, ...changeOf(record) }
    }
    : {
      id: EventId.ofSale(record.partition, record.offset),
      type: "sale.changed",
      ...timesOf(record),
      data: { itemId, sale: command.patch, ...changeOf(record) }
    }

const WORDS: Readonly<Partial<Record<OrderSteps.ToldStep["type"], OrderStatus>>> = {
  "order.reserved": "RESERVED",
  "order.confirmed": "RESERVED",
  "order.completed": "COMPLETED",
  "order.refunded": "REFUNDED"
}

/** The status as it is after the step: the order may be further on where the record is read again. */
const statusOf = (order: OrderOutcome, { type }: OrderSteps.ToldStep): Pick<OrderData, "status" | "reason"> => {
  const word = WORDS[type]
  if (word !== undefined) return { status: word }
  const status = OutcomeStatus.status(order)
  const reason = OutcomeStatus.reasonText(order)
  return { ...(status === undefined ? {} : { status }), ...(reason === undefined ? {} : { reason }) }
}

const ofStep = (known: Known, step: OrderSteps.ToldStep): OrderEvent => {
  const { order, told } = known
  const { record } = told
  const placedAtOffset = Offset.make(order.placedAtOffset)
  const due = step.type === "order.reserved" && order.state === "open" ? order.open?.dueAt : undefined
  const reference = step.type === "order.reserved" || step.type === "order.confirmed"
    ? undefined
    : order.hold?.reference
  return {
    id: EventId.ofStep({ partition: record.partition, placedAtOffset, step: step.step }),
    type: step.type,
    ...timesOf(record),
    data: {
      ...dataOf(known),
      ...statusOf(order, step),
      ...(due === undefined ? {} : { expiresAt: Moment.isoOf(due) }),
      ...(reference === undefined ? {} : { paymentReference: reference }),
      ...(step.type === "order.refunded" ? { restocked: order.reason === "restocked" } : {}),
      ...changeOf(record)
    }
  }
}

/** A payment of another buyer than the order's says nothing of the order. */
const refundDue = (known: Known, { attempt, reference, userId }: Extract<Command, { readonly _tag: "Confirm" }>) => {
  const { itemId, order, requestId, told } = known
  const { offset, partition } = told.record
  const isAnothers = order.userId === undefined || (userId !== undefined && userId !== order.userId)
  const event: OrderEvent = {
    id: EventId.ofRefundDue(partition, offset),
    type: "order.refund_due",
    ...timesOf(told.record),
    data: {
      ...(isAnothers
        ? {
          requestId,
          itemId,
          ...(userId === undefined ? {} : { userId }),
          attempt: attempt ?? 1,
          ...traceIn(traceOf(told.record))
        }
        : dataOf(known)),
      ...(reference === undefined ? {} : { paymentReference: reference }),
      ...changeOf(told.record)
    }
  }
  return event
}

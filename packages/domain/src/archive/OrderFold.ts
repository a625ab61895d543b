/**
 * An order as the set of its events tells it. Pure, and the only definition of it: whatever the order in which events
 * are taken in, and however often, the order is the fold of all of them, each once, by their progress.
 */
import type { OrderCloudEvent } from "../events/CloudEvent.ts"
import * as EventId from "../events/EventId.ts"
import type { OrderEventType } from "../events/OrderEvent.ts"
import type { OrderStatus } from "../records/OrderStatus.ts"
import { Offset, type PartitionId } from "../records/Partition.ts"
import type { ArchivedOrder, Progress } from "./ArchivedOrder.ts"

/** An order without what the shop owes for it, and with the fold's own memory. */
export interface FoldedOrder extends Omit<ArchivedOrder, "refundsDue"> {
  /** When it was accepted, ISO 8601 in UTC; undefined where no event has told it yet. */
  readonly acceptedAt: string | undefined
}

/**
 * An event of an order, and the partition of the log whose record it tells. That a person has asked for its end is no
 * such event: the order is as it was.
 */
export interface OrderFact {
  readonly partition: PartitionId
  readonly event: typeof OrderCloudEvent.Type
}

/** Of events that say none. */
const STATUS: Readonly<Record<OrderEventType, OrderStatus>> = {
  "order.reserved": "RESERVED",
  "order.confirmed": "RESERVED",
  "order.completed": "COMPLETED",
  "order.failed": "FAILED",
  "order.expired": "EXPIRED",
  "order.cancelled": "CANCELLED",
  "order.refunded": "REFUNDED",
  // Of a payment for a request id under which no order was ever told.
  "order.refund_due": "FAILED"
}

const NO_ORDER = "a payment without an order"

/** How far an order is by this event. A payment alone is before every step. */
export const progressOf = ({ event }: OrderFact): Progress => {
  const { attempt } = event.data
  const step = EventId.stepOf(event.id)
  return step === undefined
    ? { attempt, placedAtOffset: Offset.make(Number(event.sequence)), step: 0 }
    : { attempt, placedAtOffset: step.placedAtOffset, step: step.step }
}

const isTold = ({ step }: Progress): number => Math.min(step, 1)

/** Below 0 where `one` is less far than `other`, 0 where both are the same. */
export const compare = (one: Progress, other: Progress): number =>
  isTold(one) - isTold(other) || one.attempt - other.attempt || one.placedAtOffset - other.placedAtOffset ||
  one.step - other.step

/** The order of the fold; ids decide between events of the same step, as another log may have told of it as well. */
const compareFacts = (one: OrderFact, other: OrderFact): number =>
  compare(progressOf(one), progressOf(other)) || (one.event.id < other.event.id ? -1 : 1)

/** Whether what is known of the order so far says nothing of the one that the event tells of. */
const isOfAnother = (before: FoldedOrder, { event: { data } }: OrderFact, { step }: Progress): boolean =>
  (before.step === 0 && step > 0) ||
  (before.userId !== undefined && data.userId !== undefined && before.userId !== data.userId)

/** The order after an event that is further than it. */
const after = (order: FoldedOrder | undefined, fact: OrderFact): FoldedOrder => {
  const progress = progressOf(fact)
  if (order !== undefined && order.step > 0 && progress.step === 0) return order
  const before = order === undefined || isOfAnother(order, fact, progress) ? undefined : order
  const { event: { data, time, type }, partition } = fact
  const isSameAttempt = before?.attempt === progress.attempt
  const traced = data.correlationId === undefined ? before : data
  const acceptedAt = before?.acceptedAt ?? data.acceptedAt
  return {
    ...progress,
    partition,
    itemId: data.itemId,
    requestId: data.requestId,
    userId: data.userId ?? before?.userId,
    amount: data.amount ?? before?.amount,
    price: data.price ?? before?.price,
    currency: data.currency ?? before?.currency,
    status: data.status ?? STATUS[type],
    reason: data.reason ?? (progress.step === 0 ? NO_ORDER : undefined),
    confirmed: progress.step === 2,
    expiresAt: data.expiresAt,
    acceptedAt,
    createdAt: acceptedAt ?? before?.createdAt ?? time,
    updatedAt: time,
    correlationId: traced?.correlationId,
    traceparent: traced?.traceparent,
    metadata: data.metadata ?? before?.metadata,
    paymentReference: data.paymentReference ?? (isSameAttempt ? before?.paymentReference : undefined),
    restocked: data.restocked
  }
}

/** The order as these events tell it, each given once, in whatever order; undefined where there are none. */
export const of = (facts: ReadonlyArray<OrderFact>): FoldedOrder | undefined =>
  facts.toSorted(compareFacts).reduce<FoldedOrder | undefined>(after, undefined)

/**
 * The order after events that were not known before. Undefined where one of them is not further than the order: then it
 * is to be folded from all of its events.
 */
export const further = (order: FoldedOrder | undefined, facts: ReadonlyArray<OrderFact>): FoldedOrder | undefined => {
  const isBehind = (progress: Progress): boolean =>
    order !== undefined && (progress.step > 0 || order.step === 0) && compare(progress, order) <= 0
  return facts.some((fact) => isBehind(progressOf(fact)))
    ? undefined
    : facts.toSorted(compareFacts).reduce<FoldedOrder | undefined>(after, order)
}

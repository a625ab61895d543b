/** Events as the processor tells them, for suites of the archive. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import * as EventId from "@flash-sale/domain/events/EventId"
import type { ItemEvent, OrderData, OrderEvent } from "@flash-sale/domain/events/OrderEvent"
import type { ArchiveBatch } from "@flash-sale/domain/ports/Archive"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Currency, Price } from "@flash-sale/domain/records/Command"
import { CorrelationId, type ItemId, type RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Result } from "effect"

export type Told = ArchiveBatch["events"][number]

export const partition = PartitionId.make(3)

/** The time of the record at an offset, in milliseconds since 1970. */
export const timeAt = (offset: number): number => 1_764_000_000_000 + offset * 1_000

export const isoAt = (offset: number): string => new Date(timeAt(offset)).toISOString()

/** As it is read from the topic. */
export const told = (event: ItemEvent): Told => {
  const text = CloudEvent.write(event)
  return { text, event: Result.getOrThrow(CloudEvent.read(text)) }
}

/** Which order: `at` is the offset of the record that is told, `placed` of the one that placed the attempt. */
export interface Which {
  readonly item: ItemId
  readonly request: RequestId
  readonly at: number
  readonly placed?: number
  readonly attempt?: number
  readonly user?: string
}

const STEPS: Readonly<Record<Exclude<OrderEvent["type"], "order.refund_due">, EventId.Step>> = {
  "order.reserved": 1,
  "order.confirmed": 2,
  "order.completed": 3,
  "order.failed": 3,
  "order.expired": 3,
  "order.cancelled": 3,
  "order.refunded": 4
}

const WORDS: Readonly<Record<OrderEvent["type"], OrderData["status"]>> = {
  "order.reserved": "RESERVED",
  "order.confirmed": "RESERVED",
  "order.completed": "COMPLETED",
  "order.failed": "FAILED_PAYMENT",
  "order.expired": "EXPIRED",
  "order.cancelled": "CANCELLED",
  "order.refunded": "REFUNDED",
  "order.refund_due": undefined
}

/** What is always known of an order of a buyer. */
const known = ({ attempt = 1, item, request, user = "buyer-1" }: Which): OrderData => ({
  requestId: request,
  itemId: item,
  userId: UserId.make(user),
  amount: 2,
  price: Price.make(1_999),
  currency: Currency.make("EUR"),
  attempt
})

/** A step of an order; `data` is known beside what always is. */
export const step = (
  type: keyof typeof STEPS,
  which: Which,
  data: Partial<OrderData> = {}
): Told => {
  const status = WORDS[type]
  return told({
    id: EventId.ofStep({
      partition,
      placedAtOffset: Offset.make(which.placed ?? which.at),
      step: STEPS[type]
    }),
    type,
    time: timeAt(which.at),
    sequence: which.at,
    data: { ...known(which), ...(status === undefined ? {} : { status }), ...data }
  })
}

/** A payment that came without an order to be for. */
export const due = (which: Which, reference: string, data: Partial<OrderData> = {}): Told =>
  told({
    id: EventId.ofRefundDue(partition, which.at),
    type: "order.refund_due",
    time: timeAt(which.at),
    sequence: which.at,
    data: { ...known(which), paymentReference: PaymentReference.make(reference), ...data }
  })

/** That a person has asked for the end of an order. */
export const asked = (what: EventId.Asked, which: Which, by: string): Told =>
  told({
    id: EventId.ofAsked({ partition, placedAtOffset: Offset.make(which.placed ?? which.at), asked: what }),
    type: `order.${what}`,
    time: timeAt(which.at),
    sequence: which.at,
    data: { ...known(which), status: "RESERVED", change: { by, reason: "the buyer called" } }
  })

/** What the record that placed an order knows of it. */
export const placed = (which: Which): Partial<OrderData> => ({
  acceptedAt: new Date(timeAt(which.at) - 250).toISOString(),
  correlationId: CorrelationId.make(`corr-${which.at}`),
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  metadata: { order: "A-17", note: "überraschung \u0000 🎁" }
})

export const adjusted = (item: ItemId, at: number, by?: string): Told =>
  told({
    id: EventId.ofAdjustment(item, { seq: at, delta: 5 }),
    type: "item.adjusted",
    time: timeAt(at),
    sequence: at,
    data: {
      itemId: item,
      adjustment: { seq: at, delta: 5 },
      ...(by === undefined ? {} : { change: { by, reason: "a delivery" } })
    }
  })

export const refused = (item: ItemId, at: number, counts: Readonly<Record<string, number>>): Told =>
  told({
    id: EventId.ofRefused(partition, item, at),
    type: "item.refused",
    time: timeAt(at),
    sequence: at,
    data: { itemId: item, refused: counts }
  })

export const batch = (events: ReadonlyArray<Told>, change: Partial<ArchiveBatch> = {}): ArchiveBatch => ({
  source: "order-events",
  partition,
  events,
  letters: [],
  handlings: [],
  next: Offset.make(0),
  told: undefined,
  ...change
})

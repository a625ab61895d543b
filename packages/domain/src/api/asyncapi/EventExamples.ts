/** One example of each event, written as the engine writes it. */
import * as CloudEvent from "../../events/CloudEvent.ts"
import * as EventId from "../../events/EventId.ts"
import type { ItemEvent, OrderData, OrderEventType, SaleData } from "../../events/OrderEvent.ts"
import { PaymentReference } from "../../records/checkout/Reference.ts"
import { CommandId } from "../../records/Command.ts"
import { CorrelationId, ItemId, RequestId, UserId } from "../../records/Ids.ts"
import { Offset, PartitionId } from "../../records/Partition.ts"
import * as Json from "../../records/wire/Json.ts"

const PARTITION = PartitionId.make(3)
const PLACED_AT = Offset.make(1_204)
const itemId = ItemId.make("101")
const time = Date.UTC(2026, 11, 1, 18)
const OPERATOR = { by: "ops", reason: "the parcel came back" }

const order: OrderData = {
  requestId: RequestId.make("r-1"),
  itemId,
  userId: UserId.make("u-1"),
  amount: 1,
  price: 4_900,
  currency: "EUR",
  attempt: 1,
  acceptedAt: "2026-12-01T17:59:59.981Z",
  correlationId: CorrelationId.make("c4d7e2f0-5b1a-4f5e-9d07-0d3ac4c7a111"),
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  metadata: { cart: "c-7", size: "XL" }
}

const step = (type: OrderEventType, number: EventId.Step, sequence: number, data: Partial<OrderData>): ItemEvent => ({
  id: EventId.ofStep({ partition: PARTITION, placedAtOffset: PLACED_AT, step: number }),
  type,
  time,
  sequence,
  data: { ...order, ...data }
})

const asked = (what: EventId.Asked, sequence: number, data: Partial<OrderData>): ItemEvent => ({
  id: EventId.ofAsked({ partition: PARTITION, placedAtOffset: PLACED_AT, asked: what }),
  type: `order.${what}`,
  time,
  sequence,
  data: { ...order, ...data, change: OPERATOR }
})

const EVENTS: ReadonlyArray<ItemEvent> = [
  step("order.reserved", 1, 1_204, { status: "RESERVED", expiresAt: "2026-12-01T18:09:59.981Z" }),
  step("order.confirmed", 2, 1_377, { status: "RESERVED" }),
  step("order.completed", 3, 1_402, { status: "COMPLETED" }),
  step("order.failed", 3, 1_402, { status: "FAILED_PAYMENT", reason: "Payment Declined" }),
  step("order.expired", 3, 1_511, { status: "EXPIRED" }),
  step("order.cancelled", 3, 1_390, { status: "CANCELLED" }),
  step("order.refunded", 4, 9_077, { status: "REFUNDED", restocked: true }),
  {
    ...step("order.refund_due", 3, 1_519, {
      status: "EXPIRED",
      paymentReference: PaymentReference.make("pi_1")
    }),
    id: EventId.ofRefundDue(PARTITION, 1_519)
  },
  asked("cancel_requested", 1_381, { status: "RESERVED" }),
  asked("refund_requested", 9_071, { status: "COMPLETED" }),
  {
    id: EventId.ofAdjustment(itemId, { command: CommandId.make("restock-1"), delta: 50 }),
    type: "item.adjusted",
    time,
    sequence: 1_100,
    data: { itemId, adjustment: { command: CommandId.make("restock-1"), delta: 50 }, change: OPERATOR }
  },
  {
    id: EventId.ofSale(PARTITION, 1_101),
    type: "sale.changed",
    time,
    sequence: 1_101,
    data: { itemId, sale: { paused: true, perUserLimit: null }, change: { by: "ops" } } satisfies SaleData
  },
  {
    id: EventId.ofRefused(PARTITION, itemId, 1_600),
    type: "item.refused",
    time,
    sequence: 1_600,
    data: { itemId, refused: { sold_out: 8_120, limit: 14 } }
  }
]

/** By the type of the event. */
export const BY_TYPE: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...EVENTS.map((event) => [event.type, Json.parse(CloudEvent.write(event))] as const),
  ["log.position", Json.parse(CloudEvent.writePosition(PARTITION, 1_601, time))]
])

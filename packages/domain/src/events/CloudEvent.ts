/**
 * Events as they travel: CloudEvents 1.0 in structured JSON (https://github.com/cloudevents/spec), one record of the
 * topic `order-events` or one webhook each.
 */
import { Schema } from "effect"
import { ItemId } from "../records/Ids.ts"
import * as Moment from "../records/Moment.ts"
import type { PartitionId } from "../records/Partition.ts"
import * as EventId from "./EventId.ts"
import * as OrderEvent from "./OrderEvent.ts"

export const SPEC_VERSION = "1.0"
export const SOURCE = "/flash-sale"
export const CONTENT_TYPE = "application/cloudevents+json"

const envelope = {
  specversion: Schema.Literal(SPEC_VERSION),
  id: Schema.NonEmptyString.annotate({
    description: "The same however often this is told: with the item and the request id repetitions are told by it"
  }),
  source: Schema.Literal(SOURCE),
  time: Schema.String.annotate({ description: "The time of the record that is told, ISO 8601 in UTC" }),
  sequence: Schema.String.check(Schema.isPattern(/^\d{1,16}$/u)).annotate({
    description: "The offset of the record that is told, in the log's partition"
  }),
  datacontenttype: Schema.Literal("application/json")
}
const about = {
  subject: ItemId.annotate({ description: "The item" }),
  partitionkey: ItemId.annotate({ description: "The item, too: its events are in order" })
}

/** An event of this type with this data. */
export const of = <Type extends Schema.Constraint, Data extends Schema.Constraint>(type: Type, data: Data) =>
  Schema.Struct({ ...envelope, type, ...about, data })

export const OrderCloudEvent = of(OrderEvent.OrderEventType, OrderEvent.OrderData)
export const AskedCloudEvent = of(OrderEvent.AskedEventType, OrderEvent.OrderData)
export const AdjustedCloudEvent = of(Schema.Literal("item.adjusted"), OrderEvent.AdjustedData)
export const SaleCloudEvent = of(Schema.Literal("sale.changed"), OrderEvent.SaleData)
export const RefusedCloudEvent = of(Schema.Literal("item.refused"), OrderEvent.RefusedData)

/** Says how far everything is told, where nothing else has said so for a while. Consumers ignore it. */
export const PositionCloudEvent = Schema.Struct({
  ...envelope,
  type: Schema.Literal("log.position"),
  data: Schema.Struct({ next: Schema.Int })
})

/** The types of events that this build knows. */
export const TYPES = [
  ...OrderEvent.OrderEventType.literals,
  ...OrderEvent.AskedEventType.literals,
  "item.adjusted",
  "sale.changed",
  "item.refused",
  "log.position"
] as const

/** Any event that is told. */
export const CloudEvent = Schema.Union([
  OrderCloudEvent,
  AskedCloudEvent,
  AdjustedCloudEvent,
  SaleCloudEvent,
  RefusedCloudEvent,
  PositionCloudEvent
])
export type CloudEvent = typeof CloudEvent.Type
export type ItemCloudEvent = Exclude<CloudEvent, { readonly type: "log.position" }>

const headOf = (id: string, type: string, time: number, sequence: number) => ({
  specversion: SPEC_VERSION,
  id,
  source: SOURCE,
  type,
  time: Moment.isoOf(time),
  sequence: String(sequence),
  datacontenttype: "application/json"
})

const encodeSale = Schema.encodeSync(OrderEvent.SaleData)

/** The data under its wire names: the output of the schemas at a tenth of their cost. */
const dataOf = (event: OrderEvent.ItemEvent): unknown => {
  switch (event.type) {
    case "item.adjusted": {
      const { adjustment, change, itemId } = event.data
      return { item_id: itemId, adjustment, change }
    }
    case "item.refused":
      return { item_id: event.data.itemId, refused: event.data.refused }
    case "sale.changed":
      return encodeSale(event.data)
    default: {
      const { data } = event
      return {
        request_id: data.requestId,
        item_id: data.itemId,
        user_id: data.userId,
        amount: data.amount,
        price: data.price,
        currency: data.currency,
        status: data.status,
        reason: data.reason,
        attempt: data.attempt,
        accepted_at: data.acceptedAt,
        expires_at: data.expiresAt,
        correlation_id: data.correlationId,
        traceparent: data.traceparent,
        metadata: data.metadata,
        payment_reference: data.paymentReference,
        restocked: data.restocked,
        change: data.change
      }
    }
  }
}

/** An event as JSON. The same event gives the same bytes. */
export const write = (event: OrderEvent.ItemEvent): string => {
  const { itemId } = event.data
  const head = headOf(event.id, event.type, event.time, event.sequence)
  return JSON.stringify({ ...head, subject: itemId, partitionkey: itemId, data: dataOf(event) })
}

/** The mark that everything before `next` is told, at `time` in milliseconds since 1970 (UTC). */
export const writePosition = (partition: PartitionId, next: number, time: number): string =>
  JSON.stringify({
    ...headOf(EventId.ofPosition(partition, next), "log.position", time, Math.max(0, next - 1)),
    data: { next }
  })

/** Reads an event; fails where the text is none that this build knows. */
export const read = Schema.decodeUnknownResult(Schema.fromJsonString(CloudEvent))

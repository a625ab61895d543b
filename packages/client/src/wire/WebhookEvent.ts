/**
 * The events of webhooks: CloudEvents 1.0 in structured JSON, under the names of the AsyncAPI document. Events may have
 * more fields than these, and a later engine may send other types.
 */
import type { Open } from "./Open.ts"
import type { OrderMetadata } from "./Order.ts"
import type { OrderStatus } from "./OrderStatus.ts"

/** What can be told of an order. */
export type OrderEventType =
  | "order.reserved"
  | "order.confirmed"
  | "order.completed"
  | "order.failed"
  | "order.expired"
  | "order.cancelled"
  | "order.refunded"
  | "order.refund_due"

/** Who made a change by hand, and why. */
export interface ByHand {
  readonly by: string
  readonly reason?: string
}

/** An order at one step. What is absent is not known there; times are ISO 8601 in UTC. */
export interface OrderEventData {
  readonly request_id: string
  readonly item_id: string
  readonly user_id?: string
  readonly amount?: number
  /** Of one unit, in the smallest unit of the currency. */
  readonly price?: number
  /** Its code in ISO 4217. */
  readonly currency?: string
  readonly status?: OrderStatus
  /** Why the order is so, for a person. */
  readonly reason?: string
  /** 1 at first, and one more each time that an operator tries the order again. */
  readonly attempt: number
  /** When this attempt was accepted. */
  readonly accepted_at?: string
  /** When an open hold ends that nobody has confirmed. */
  readonly expires_at?: string
  /** That of the request which placed the order. */
  readonly correlation_id?: string
  /** The W3C trace context of the order. */
  readonly traceparent?: string
  /** Your own notes on the order. */
  readonly metadata?: OrderMetadata
  /** The payment that the shop has taken. */
  readonly payment_reference?: string
  /** Of a refund: whether the units are on sale again. */
  readonly restocked?: boolean
  /** Who did it, where a person did. */
  readonly change?: ByHand
}

/** A change of stock, as it was asked for: what is held or sold is never taken away by it. */
export interface AdjustedEventData {
  readonly item_id: string
  readonly adjustment:
    | { readonly seq: number; readonly delta: number }
    | { readonly command: string; readonly delta: number }
    | { readonly command: string; readonly target: number }
  readonly change?: ByHand
}

/** The settings of a sale that were changed; one that is null was taken away. */
export interface SaleEventData {
  readonly item_id: string
  readonly sale: {
    readonly paused?: boolean
    /** Milliseconds since 1970, in UTC. */
    readonly opens_at?: number | null
    /** Milliseconds since 1970, in UTC. */
    readonly closes_at?: number | null
    readonly per_user_limit?: number | null
    readonly price?: number | null
    readonly currency?: string | null
    readonly hold_seconds?: number | null
    readonly max_hold_seconds?: number | null
  }
  readonly change?: ByHand
}

/** What all events have. */
interface Envelope {
  readonly specversion: "1.0"
  /** The same however often the event is told or sent: repetitions are told by it. */
  readonly id: string
  readonly source: string
  /** When it happened: ISO 8601, in UTC. */
  readonly time: string
}

/** What events about an item have as well. */
interface AboutItem extends Envelope {
  /** The item. */
  readonly subject: string
  /** The item, too. */
  readonly partitionkey: string
  /** Its place: of two events of one item the one with the greater number happened later. */
  readonly sequence: string
  readonly datacontenttype: "application/json"
}

export interface OrderWebhook extends AboutItem {
  readonly type: OrderEventType
  readonly data: OrderEventData
}

export interface ItemAdjustedWebhook extends AboutItem {
  readonly type: "item.adjusted"
  readonly data: AdjustedEventData
}

export interface SaleChangedWebhook extends AboutItem {
  readonly type: "sale.changed"
  readonly data: SaleEventData
}

/** Sent by an operator who tries an endpoint: nothing has happened. */
export interface TestWebhook extends Envelope {
  readonly type: "webhook.test"
  readonly data: object
}

/** An event of a type that this release knows. A type that it does not know is given as it came: ignore it. */
export type WebhookEvent = OrderWebhook | ItemAdjustedWebhook | SaleChangedWebhook | TestWebhook

/** Why what was sent is no webhook of the engine, as a word for programs. */
export type WebhookErrorCode = Open<
  | "missing_header"
  | "invalid_timestamp"
  | "timestamp_too_old"
  | "timestamp_too_new"
  | "no_signature_matches"
  | "not_an_event"
>

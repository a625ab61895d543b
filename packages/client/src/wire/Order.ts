/** Orders as they are on the wire: fields have the names of the OpenAPI document. Answers may have more than these. */
import type { OrderStatus } from "./OrderStatus.ts"

/**
 * Texts by name: at most 20 of at most 500 characters, under names of 1 to 40 characters out of letters, digits and
 * `_.-`, and 2048 bytes in all as JSON in UTF-8.
 */
export type OrderMetadata = Readonly<Record<string, string>>

/** One attempt to buy: all units that are asked for, or none. */
export interface Order {
  /**
   * Your own name for this attempt, 1 to 200 characters: repeating it never buys twice. Keep it with the basket, so
   * that it outlives a crash of your server. Without it `buy` makes one.
   */
  readonly request_id?: string | undefined
  /** The buyer: 1 to 100 characters out of letters, digits and `_.:@|+=~-`. */
  readonly user_id: string
  /** What is bought. */
  readonly item_id: string
  /** Units, 1 to 1000. */
  readonly amount: number
  /** What the payment provider charges the buyer by, up to 200 characters; never the number of a card. */
  readonly payment_token?: string | undefined
  /** Your own notes, which events of the order carry. The first call under a `request_id` counts. */
  readonly metadata?: OrderMetadata | undefined
}

/** The order is durable: it will be decided, and its status shows the outcome. */
export interface Accepted {
  /** The order's name: as it was given, or as `buy` made it. */
  readonly request_id: string
  /** `PENDING`; of an order that an earlier attempt of the same call had placed, its present status. */
  readonly status: OrderStatus
  /** Finds the request in the engine's logs and traces. */
  readonly correlation_id: string
  /** How long it may take until the order is decided, in milliseconds; 0 where nobody knows. */
  readonly estimated_wait_ms: number
  /** How often it was sent. */
  readonly attempts: number
}

/** What became of an order. */
export interface OrderStanding {
  readonly request_id: string
  readonly item_id: string
  /** The buyer; for callers with an api key alone. */
  readonly user_id?: string
  /** Absent where the order could not be understood. */
  readonly amount?: number
  readonly status: OrderStatus
  /** Why it failed, for a person. */
  readonly reason?: string
  /** 1 at first, and one more each time that an operator tries the order again. */
  readonly attempt: number
  /** When an open hold ends that nobody has confirmed: ISO 8601, in UTC. */
  readonly expires_at?: string
  /** The hold is confirmed, and being charged. */
  readonly confirmed?: true
  /** The money of a completed order is on its way back. */
  readonly refund?: "pending"
  /** Payments that the shop owes to the buyer. */
  readonly refund_due?: ReadonlyArray<{ readonly reference: string }>
  /** That of the request which placed the order. */
  readonly correlation_id: string
  /** ISO 8601, in UTC. */
  readonly updated_at: string
}

/** An order of any age, as the engine's archive has it. */
export interface PastOrder extends Omit<OrderStanding, "refund" | "correlation_id"> {
  /** Of one unit, in the smallest unit of the currency. */
  readonly price?: number
  /** Its code in ISO 4217. */
  readonly currency?: string
  /** When it was accepted: ISO 8601, in UTC. */
  readonly created_at: string
  /** That of the request which placed the order. */
  readonly correlation_id?: string
}

/** A page of a buyer's orders, the newest first. */
export interface PastOrders {
  readonly orders: ReadonlyArray<PastOrder>
  /** The cursor of the next page; absent at the end. */
  readonly next?: string
}

/** A new status of an order. */
export interface OrderChange {
  readonly request_id: string
  readonly status: OrderStatus
  readonly attempt: number
  /** When an open hold ends that nobody has confirmed: ISO 8601, in UTC. */
  readonly expires_at?: string
  /** The hold is confirmed, and being charged. */
  readonly confirmed?: true
  /** The money of a completed order is on its way back. */
  readonly refund?: "pending"
}

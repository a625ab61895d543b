/** Holds, and what is done with them, as they are on the wire. */
import type { Open } from "./Open.ts"
import type { OrderMetadata } from "./Order.ts"

/** Units to be held for a buyer who has still to pay: all that are asked for, or none. */
export interface Hold {
  /** Your own name for it, as of an order. Without it `hold` makes one. */
  readonly request_id?: string | undefined
  /** The buyer: 1 to 100 characters out of letters, digits and `_.:@|+=~-`. */
  readonly user_id: string
  /** What is held. */
  readonly item_id: string
  /** Units, 1 to 1000. */
  readonly amount: number
  /** How long, in seconds, from 1 to what the sale allows; as the sale says where it is absent. */
  readonly hold_seconds?: number | undefined
  /** As of an order. */
  readonly metadata?: OrderMetadata | undefined
}

/** What the caller knows of an order: with both, and an api key, it is confirmed and paid for without a look at it. */
export interface Named {
  readonly item_id?: string | undefined
  readonly user_id?: string | undefined
}

/** A hold is confirmed: the engine charges. */
export interface Confirm extends Named {
  /** What the payment provider charges the buyer by, up to 200 characters; never the number of a card. */
  readonly payment_token?: string | undefined
}

/** The shop has taken the money itself. */
export interface Paid extends Named {
  /** The payment, by the name that your own provider gave it: 1 to 200 characters. One reference counts once. */
  readonly reference: string
}

/** The call is durable, or was before: what becomes of the order is in its status. */
export interface Acted {
  readonly request_id: string
  readonly status: Open<"Confirm Queued" | "Paid Queued" | "Cancel Queued">
  /** Finds the request in the engine's logs and traces. */
  readonly correlation_id: string
  /** How often it was sent. */
  readonly attempts: number
}

/** The status of an order, in the words of the API. */
import type { Open } from "./Open.ts"

/** The statuses that this release of the client knows. */
export type KnownOrderStatus =
  | "PENDING"
  | "RESERVED"
  | "COMPLETED"
  | "FAILED_SOLD_OUT"
  | "FAILED_LIMIT"
  | "FAILED_PAYMENT"
  | "FAILED"
  | "CANCELLED"
  | "EXPIRED"
  | "REFUNDED"

/** A status; a later engine may have more. */
export type OrderStatus = Open<KnownOrderStatus>

/** Whether the order is decided: its units are held, or its status is final. */
export const isDecided = (status: OrderStatus): boolean => status !== "PENDING"

/** Whether the status will not change any more by itself. Words that are not known are final, as in the engine. */
export const isFinal = (status: OrderStatus): boolean => isDecided(status) && status !== "RESERVED"

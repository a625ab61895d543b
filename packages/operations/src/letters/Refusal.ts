/** Why nothing is done about a letter: a code that programs tell apart, and what a sentence about it needs. */
import type { Handling } from "@flash-sale/domain/ports/DeadLetters"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"

/**
 * - `unknown_letter`: neither open nor handled.
 * - `handled`: by another action before; undefined where that is too long ago to be remembered.
 * - `no_order`: its reason is `Invalid Order Format`.
 * - `payment_due`: its reason is `Payment Without Order`: there is nothing to try again, but money to give back.
 * - `not_taken`: its reason is `Invalid Order Format`, and its record was whole, and of this kind: version 1 of the
 *   rules did not take it, or its headers were wrong. What was told of it stays so.
 * - `order_unknown`: its record confirms a hold, and nobody knows the buyer and the units of that any more.
 * - `unreadable_value`: its value is no order any more.
 * - `being_placed`: its buyer is placing the order again at this moment.
 * - `other_item`: the request id is now that of an order for another item.
 * - `too_many_attempts`: so many attempts have failed that another one is no answer.
 * - `item_stopped`: its item cannot be folded.
 * - `attempt_unknown`: the status of the attempt that failed has not been written yet.
 * - `not_failed`: the order is not `FAILED_PAYMENT`.
 */
export type Refusal =
  | { readonly code: "unknown_letter" | "no_order" | "payment_due" | "unreadable_value" }
  | { readonly code: "not_taken"; readonly kind: RecordKind }
  | { readonly code: "order_unknown"; readonly requestId: string }
  | { readonly code: "handled"; readonly handling: Handling | undefined }
  | { readonly code: "being_placed"; readonly requestId: string }
  | {
    readonly code: "other_item"
    readonly requestId: string
    readonly status: OrderStatus
    readonly itemId: string
  }
  | { readonly code: "too_many_attempts"; readonly requestId: string; readonly attempt: number }
  | { readonly code: "item_stopped"; readonly itemId: string; readonly detail: string }
  | { readonly code: "attempt_unknown"; readonly requestId: string; readonly attempt: number }
  | {
    readonly code: "not_failed"
    readonly requestId: string
    readonly status: OrderStatus
    readonly attempt: number
  }

/** Kinds of records that were not taken: as far as their bytes say. A hold is an `order`, `paid` a payment. */
export const RECORD_KINDS = ["order", "confirm", "paid", "refund"] as const
export type RecordKind = typeof RECORD_KINDS[number]

/** Whether the letter is about no order that could be tried again: who replays all leaves it. */
export const isNoOrder = ({ code }: Pick<Refusal, "code">): boolean =>
  code === "no_order" || code === "payment_due" || code === "not_taken"

/** A step that is not taken. */
export interface Refused {
  readonly _tag: "Refused"
  readonly refusal: Refusal
}

export const refused = (refusal: Refusal): Refused => ({ _tag: "Refused", refusal })

/** What stands between an order and a change that somebody asks for. */
import { OrderConflictCode } from "@flash-sale/domain/api/admin/orders/OrderErrors"
import { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import { Schema } from "effect"

/** Why an order is not changed: see `OrderConflictCode`. */
export type ConflictCode = typeof OrderConflictCode.Type

/** The order stands against what is asked for. */
export class OrderConflict extends Schema.TaggedError<OrderConflict>()("OrderConflict", {
  requestId: Schema.String,
  code: OrderConflictCode,
  orderStatus: OrderStatus
}) {}

/** What is known of an order beside what is asked for. */
export type Judgement =
  /** The record has an effect, on this attempt. */
  | { readonly _tag: "Ready"; readonly attempt: number }
  /** It is so already; `waits`: for the payment provider, and is final afterwards. */
  | { readonly _tag: "Standing"; readonly attempt: number; readonly status: OrderStatus; readonly waits: boolean }
  | { readonly _tag: "Conflict"; readonly code: ConflictCode; readonly status: OrderStatus }

/** The word of a ledger's order: each of its states has one. */
export const wordOf = (order: Pick<HeldOrder, "state" | "reason">): OrderStatus =>
  OutcomeStatus.status(order) ?? "FAILED"

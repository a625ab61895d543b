/** Counts what is asked of orders that were accepted (confirm, paid, cancel), by what was answered. */
import { ConflictCode } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import type { InvalidRequest, RateLimited, RequestIdReused, UnknownOrder } from "@flash-sale/domain/api/Errors"
import { UnavailableCode } from "@flash-sale/domain/api/Errors"
import { Problem } from "@flash-sale/domain/api/HttpProblems"
import { Metric } from "effect"
import { ACCESS_CODES } from "./AccessMetrics.ts"
import { counter, labelled, type Service } from "./Series.ts"

export const ORDER_ACTIONS = ["confirm", "paid", "cancel"] as const
export type OrderAction = (typeof ORDER_ACTIONS)[number]

const REFUSALS = [
  "validation_failed",
  "unknown_order",
  "request_id_reused",
  "rate_limited"
] as const satisfies ReadonlyArray<(InvalidRequest | RateLimited | RequestIdReused | UnknownOrder)["code"]>

/** `queued` is a 202, all others are the codes of refusals and failures. */
export const ACTION_CODES = [
  "queued",
  ...ConflictCode.literals,
  ...REFUSALS,
  ...Problem.fields.code.literals,
  ...ACCESS_CODES,
  ...UnavailableCode.literals
] as const
export type ActionCode = (typeof ACTION_CODES)[number]

const total = counter("gateway_order_actions_total", "Calls to confirm, pay for or cancel an order, by answer")
const of = (action: OrderAction) => labelled(ACTION_CODES, "code", Metric.withAttributes(total, { action }))
const actions: Readonly<Record<OrderAction, ReturnType<typeof of>>> = {
  confirm: of("confirm"),
  paid: of("paid"),
  cancel: of("cancel")
}

/** Calls of this kind that were answered so. */
export const orderActions = (action: OrderAction, code: ActionCode) => actions[action].of(code)

export const initial: Readonly<Record<Service, ReadonlyArray<Metric.Metric<never, unknown>>>> = {
  gateway: ORDER_ACTIONS.flatMap((action) => actions[action].all),
  processor: []
}

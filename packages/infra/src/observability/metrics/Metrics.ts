/**
 * The metrics, as data: every name that `/metrics` shows, with what it means.
 *
 * **Details**: labels are closed sets or bounded, and never ids of users or requests. Counters are `incremental`, as
 * the exporter would call them gauges otherwise, and end in `_total`, as it would append that itself.
 */
import {
  type LimitReached,
  type RequestIdReused,
  type SaleClosed,
  SaleClosedCode,
  UnavailableCode,
  type UnknownItem
} from "@flash-sale/domain/api/Errors"
import { ORDER_PROBLEMS, type Problem } from "@flash-sale/domain/api/HttpProblems"
import { PaymentOutcome } from "@flash-sale/domain/records/Command"
import type { Metric } from "effect"
import { ACCESS_CODES } from "./AccessMetrics.ts"
import { bounded, counter, gauge, histogram, labelled, ownedSeries, type Service } from "./Series.ts"

/** Bounds of the buckets of the gateway's answers, in seconds. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Bounds of the buckets from taking an order to its final status, in seconds. 5 is where the alert begins. */
const PROCESSING_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** The most items that have a series of their own. Later ones share the label `other`. */
export const MAX_ITEM_SERIES = 1_000
/** The label of all items beyond `MAX_ITEM_SERIES`: their gauge shows the one that changed last. */
export const OTHER_ITEMS = "other"

export const ordersReceived = counter("gateway_orders_received_total", "Total orders received")
export const ordersSuccessful = counter("gateway_orders_successful_total", "Orders successfully queued")
export const ordersFailed = counter("gateway_orders_failed_total", "Orders that failed to queue")
export const ordersValidationFailed = counter("gateway_orders_validation_failed_total", "Validation failures")
export const ordersIdempotencyRejected = counter(
  "gateway_orders_idempotency_rejected_total",
  "Duplicate requests rejected"
)
export const ordersRateLimited = counter("gateway_orders_rate_limited_total", "Orders over their user's rate limit")
/** Rejected by a read of the stock before the order was appended; see `ordersSoldOut` for the processor's. */
export const ordersSoldOutEarly = counter("gateway_orders_sold_out_total", "Orders turned away early as sold out")
export const requestDuration = histogram(
  "gateway_request_duration_seconds",
  "Time from an order's arrival to its answer, in seconds",
  REQUEST_SECONDS
)
/** 0 closed, 1 open, 2 half-open. */
export const circuitBreakerState = gauge(
  "gateway_circuit_breaker_state",
  "Circuit breaker state (0=closed, 1=open, 2=half-open)"
)

type Refusal = LimitReached | UnknownItem | Problem | RequestIdReused | { readonly code: typeof ACCESS_CODES[number] }
const CODES = ["limit", "unknown_item", "request_id_reused", ...ORDER_PROBLEMS, ...ACCESS_CODES] as const
/** Why an order was refused (4xx), by the API's codes, where no counter of its own says so. */
export const REFUSAL_REASONS = [...SaleClosedCode.literals, ...CODES] satisfies ReadonlyArray<
  Refusal["code"] | SaleClosed["code"]
>
export type RefusalReason = (typeof REFUSAL_REASONS)[number]
const refusedTotal = counter("gateway_orders_refused_total", "Orders refused, by reason")
const refused = labelled(REFUSAL_REASONS, "reason", refusedTotal)
export const ordersRefused = (reason: RefusalReason) => refused.of(reason)

/** Only a read finds an item stopped: an order for it is queued, and waits. */
const isOfOrders = (code: UnavailableCode): code is Exclude<UnavailableCode, "item_stopped"> => code !== "item_stopped"
/** Why an order failed to queue (5xx): `ordersFailed` by reason. */
export const FAILURE_REASONS = [...UnavailableCode.literals.filter(isOfOrders), "internal_error"] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]
const failed = labelled(
  FAILURE_REASONS,
  "reason",
  counter("gateway_orders_failures_total", "Orders that failed, by reason")
)
export const ordersFailedBy = (reason: FailureReason) => failed.of(reason)

export const ordersProcessed = counter("processor_orders_processed_total", "Total orders processed")
export const ordersProcessedSuccess = counter("processor_orders_processed_success_total", "Successfully processed")
export const ordersProcessedFailed = counter("processor_orders_processed_failed_total", "Failed processing")
export const ordersSoldOut = counter("processor_orders_sold_out_total", "Orders rejected due to sold out")
export const ordersMovedToDlq = counter("processor_orders_moved_to_dlq_total", "Orders moved to DLQ")
export const orderProcessingDuration = histogram(
  "processor_order_processing_duration_seconds",
  "Time from taking an order to its final status, in seconds",
  PROCESSING_SECONDS
)
export const dlqSize = gauge("processor_dlq_size", "Current DLQ depth")
export const dlqOldestMessageAge = gauge("processor_dlq_oldest_message_age_seconds", "Age of oldest DLQ message")
export const paymentsInFlight = gauge("processor_payments_in_flight", "Payments and voids under way")
export const paymentsInDoubt = gauge("processor_payments_in_doubt", "Payments under way without a known outcome")
export const paymentsHeldBack = gauge(
  "processor_payments_held_back",
  "Whether the payment provider refuses us, so that charges wait (0=no, 1=yes)"
)
export const paymentsSimulated = gauge(
  "processor_payments_simulated",
  "Whether payments are simulated, so that no money is taken (0=no, 1=yes)"
)

/** How a payment ended. `unknown` is one without an answer, `refused` one that was not taken; both are then voided. */
export const PAYMENT_ENDINGS = [...PaymentOutcome.literals, "unknown", "refused"] as const
export type PaymentEnding = (typeof PAYMENT_ENDINGS)[number]
const payments = labelled(PAYMENT_ENDINGS, "outcome", counter("processor_payments_total", "Payments, by outcome"))
export const paymentsTotal = (outcome: PaymentEnding) => payments.of(outcome)

/** Units available of an item. */
export const inventoryLevel = bounded(
  gauge("processor_inventory_level", "Inventory level per item"),
  "item_id",
  MAX_ITEM_SERIES,
  OTHER_ITEMS
)

const inventory = ownedSeries(inventoryLevel, MAX_ITEM_SERIES)
/** Units available of an item, reported by the owner of its partition for as long as it owns it. */
export const inventoryOf = inventory.of
/** Whether the owner of the partition has reported the item. */
export const isReported = inventory.isReported
/** Removes the series of a partition's items when the partition is revoked: they would grow stale here. */
export const forgetInventory = inventory.forget

/** The series of each service that exist from its start, at 0. */
export const initial: Readonly<Record<Service, ReadonlyArray<Metric.Metric<never, unknown>>>> = {
  gateway: [
    ordersReceived,
    ordersSuccessful,
    ordersFailed,
    ordersValidationFailed,
    ordersIdempotencyRejected,
    ordersRateLimited,
    ordersSoldOutEarly,
    requestDuration,
    circuitBreakerState,
    ...refused.all,
    ...failed.all
  ],
  processor: [
    ordersProcessed,
    ordersProcessedSuccess,
    ordersProcessedFailed,
    ordersSoldOut,
    ordersMovedToDlq,
    orderProcessingDuration,
    paymentsInFlight,
    paymentsInDoubt,
    paymentsHeldBack,
    paymentsSimulated,
    ...payments.all
  ]
}

/**
 * The metrics, as data: every name that `/metrics` shows, with what it means.
 *
 * **Details**: labels are closed sets or bounded, and never ids of users or requests. Counters are `incremental`, as
 * the exporter would call them gauges otherwise, and end in `_total`, as it would append that itself.
 */
import { type Context, Metric } from "effect"
import { bounded, counter, gauge, labelled, type Service } from "./Series.ts"

/** Bounds of the buckets of the gateway's answers, in seconds. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Bounds of the buckets from taking an order to its final status, in seconds. 5 is where the alert begins. */
const PROCESSING_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** The most items that have a series of their own. Later ones share the label `other`. */
export const MAX_ITEM_SERIES = 1_000
/** The label of every item beyond `MAX_ITEM_SERIES`: the gauge then shows the last of them that changed. */
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
/** Sold out by a read of the stock before the order was placed; see `ordersSoldOut` for the processor's. */
export const ordersSoldOutEarly = counter("gateway_orders_sold_out_total", "Orders turned away early as sold out")
export const requestDuration = Metric.histogram("gateway_request_duration_seconds", {
  description: "Time from an order's arrival to its answer, in seconds",
  boundaries: REQUEST_SECONDS
})
/** 0 closed, 1 open, 2 half-open. */
export const circuitBreakerState = gauge(
  "gateway_circuit_breaker_state",
  "Circuit breaker state (0=closed, 1=open, 2=half-open)"
)

/** Why an order was refused (4xx), where no counter of its own says so. */
export const REFUSALS = [
  "not_open",
  "closed",
  "paused",
  "unknown_item",
  "body_too_large",
  "unsupported_media_type",
  "request_id_reused"
] as const
export type Refusal = (typeof REFUSALS)[number]
const refused = labelled(REFUSALS, "reason", counter("gateway_orders_refused_total", "Orders refused, by reason"))
export const ordersRefused = (reason: Refusal) => refused.of(reason)

/** Why an order failed to queue (5xx): `ordersFailed` by reason. */
export const FAILURES = [
  "breaker_open",
  "log_unavailable",
  "outcome_unknown",
  "overloaded",
  "store_unavailable",
  "internal_error"
] as const
export type Failure = (typeof FAILURES)[number]
const failed = labelled(FAILURES, "reason", counter("gateway_orders_failures_total", "Orders that failed, by reason"))
export const ordersFailedBy = (reason: Failure) => failed.of(reason)

export const ordersProcessed = counter("processor_orders_processed_total", "Total orders processed")
export const ordersProcessedSuccess = counter("processor_orders_processed_success_total", "Successfully processed")
export const ordersProcessedFailed = counter("processor_orders_processed_failed_total", "Failed processing")
export const ordersSoldOut = counter("processor_orders_sold_out_total", "Orders rejected due to sold out")
export const ordersMovedToDlq = counter("processor_orders_moved_to_dlq_total", "Orders moved to DLQ")
export const orderProcessingDuration = Metric.histogram("processor_order_processing_duration_seconds", {
  description: "Time from taking an order to its final status, in seconds",
  boundaries: PROCESSING_SECONDS
})
export const dlqSize = gauge("processor_dlq_size", "Current DLQ depth")
export const dlqOldestMessageAge = gauge("processor_dlq_oldest_message_age_seconds", "Age of oldest DLQ message")
export const paymentsInFlight = gauge("processor_payments_in_flight", "Payments and voids under way")
export const paymentsHeldBack = gauge(
  "processor_payments_held_back",
  "Whether the payment provider refuses us, so that charges wait (0=no, 1=yes)"
)
export const paymentsSimulated = gauge(
  "processor_payments_simulated",
  "Whether payments are simulated, so that no money is taken (0=no, 1=yes)"
)

/** How a payment ended. `unknown` is one without an answer, `refused` one that was not taken; both are then voided. */
export const PAYMENT_OUTCOMES = ["paid", "declined", "voided", "unknown", "refused"] as const
export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number]
const payments = labelled(PAYMENT_OUTCOMES, "outcome", counter("processor_payments_total", "Payments, by outcome"))
export const paymentsTotal = (outcome: PaymentOutcome) => payments.of(outcome)

/** Units available of an item. */
export const inventoryLevel = bounded(
  gauge("processor_inventory_level", "Inventory level per item"),
  "item_id",
  MAX_ITEM_SERIES,
  OTHER_ITEMS
)

/** The items that a partition's owner has told of here. */
const toldBy = new Map<number, Set<string>>()

/** Units available of an item, told by the owner of its partition for as long as it owns it. */
export const inventoryOf = (partition: number, itemId: string): Metric.Metric<number, Metric.GaugeState<number>> => {
  const told = toldBy.get(partition) ?? new Set()
  toldBy.set(partition, told)
  if (told.size < MAX_ITEM_SERIES) told.add(itemId)
  return inventoryLevel(itemId)
}

/** Whether the owner of the partition has told of the item. */
export const isTold = (partition: number, itemId: string): boolean => toldBy.get(partition)?.has(itemId) === true

/** The partition is somebody else's now, and so is what is left of its items: what is shown here would grow old. */
export const forgetInventory = (partition: number, context: Context.Context<never>): void => {
  for (const itemId of toldBy.get(partition) ?? []) Metric.removeUnsafe(inventoryLevel(itemId), context)
  toldBy.delete(partition)
}

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
    paymentsHeldBack,
    paymentsSimulated,
    ...payments.all
  ]
}

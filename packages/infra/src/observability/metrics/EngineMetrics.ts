/**
 * The metrics of the machinery behind an order: batches, lag, mailboxes, and the dependencies of the services.
 * `Metrics` counts the orders. The same rules hold here: names and meanings are data, labels are closed sets or
 * bounded.
 */
import { DeadLetterReason } from "@flash-sale/domain/ports/DeadLetters"
import { type Context, Metric } from "effect"
import { allAnswers } from "./AnswerMetrics.ts"
import * as CheckoutMetrics from "./CheckoutMetrics.ts"
import * as EventMetrics from "./EventMetrics.ts"
import * as LogGauges from "./LogGauges.ts"
import { byPartition, counter, gauge, histogram, labelled, type Service } from "./Series.ts"

/** Bounds of the buckets of one append, in seconds. */
const APPEND_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** Bounds of the buckets of batches: how many orders share one round trip. */
const BATCH_SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500]
/** Bounds of the buckets from the acceptance of an order to its final status, in seconds. */
const FATE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200]

export const admissionBatch = histogram(
  "gateway_admission_batch_orders",
  "Orders admitted by one call to the store",
  BATCH_SIZES
)

/** Of `maxmemory`: at 0.85 new orders are refused. 0 where Redis has no such bound, and on the embedded file. */
export const storeMemoryUsed = gauge(
  "gateway_redis_memory_used_ratio",
  "Share of its maxmemory that Redis uses (0 to 1), 0 where it has none"
)

/** How one service appends to Kafka. */
export interface AppendMetrics {
  readonly duration: Metric.Histogram<number>
  readonly batch: Metric.Histogram<number>
}
const appendingOf = (service: Service): AppendMetrics => ({
  duration: histogram(
    `${service}_kafka_append_duration_seconds`,
    "Time of one send to Kafka, in seconds",
    APPEND_SECONDS
  ),
  batch: histogram(`${service}_kafka_append_batch_records`, "Records of one send to Kafka", BATCH_SIZES)
})
export const append: Readonly<Record<Service, AppendMetrics>> = {
  gateway: appendingOf("gateway"),
  processor: appendingOf("processor")
}

/** The dependencies of a service: 1 up, 0 away. Both are the embedded file where there are no Redis and Kafka. */
export interface DependencyGauges {
  readonly redis: Metric.Gauge<number>
  readonly kafka: Metric.Gauge<number>
}
const upOf = (service: Service): DependencyGauges => ({
  redis: gauge(`${service}_redis_up`, "Whether Redis answers (1) or is away (0)"),
  kafka: gauge(`${service}_kafka_up`, "Whether Kafka answers (1) or is away (0)")
})
export const up: Readonly<Record<Service, DependencyGauges>> = {
  gateway: upOf("gateway"),
  processor: upOf("processor")
}

export const foldBatch = histogram(
  "processor_fold_batch_records",
  "Records of one item that were folded together, in one batch of a call to the store",
  BATCH_SIZES
)
/** From the acceptance at the gateway; see `Metrics.orderProcessingDuration` for the processor's own part. */
export const orderFate = histogram(
  "processor_order_accepted_to_final_seconds",
  "Time from the acceptance of an order to its final status, in seconds",
  FATE_SECONDS
)

/** By records of another buyer or amount, which came when the status of the first order had expired, or was away. */
export const requestIdsReused = counter(
  "processor_request_ids_reused_total",
  "Orders that came under the request id of another one"
)

/** Dead letters put, by reason: the values of the header `error`. */
const letters = labelled(
  DeadLetterReason.literals,
  "reason",
  counter("processor_dlq_letters_total", "Orders moved to the DLQ, by reason")
)
export const lettersPut = letters.of

/** The states of partition workers, as in `/health`. */
export const WORKER_STATES = ["running", "recovering", "waiting", "refusing"] as const
const partitions = labelled(WORKER_STATES, "state", gauge("processor_partitions", "Owned partitions, by state"))
export const partitionsIn = partitions.of
export const itemsStopped = gauge("processor_items_stopped", "Items that stand still until somebody repairs them")

export const partitionLag = byPartition("processor_partition_lag", "Records not folded yet, by partition")
export const partitionLagSeconds = byPartition(
  "processor_partition_lag_seconds",
  "Age of the oldest record that is not folded yet, in seconds, by partition"
)
export const partitionOpenOrders = byPartition(
  "processor_partition_open_orders",
  "Orders that are not final yet, by partition"
)
export const partitionWaitingOrders = byPartition(
  "processor_partition_waiting_orders",
  "Open orders that are not in memory and wait to be read again, by partition"
)
export const mailboxDepth = byPartition(
  "processor_mailbox_depth",
  "Records that wait in the mailboxes of a partition's items"
)

const ofPartition = [partitionLag, partitionLagSeconds, partitionOpenOrders, partitionWaitingOrders, mailboxDepth]

/** Removes the series of a partition that was revoked: its next owner reports them. */
export const forgetPartition = (partition: number, context: Context.Context<never>): void => {
  for (const series of ofPartition) Metric.removeUnsafe(series(partition), context)
  CheckoutMetrics.forgetPartition(partition, context)
}

const both = (service: Service): ReadonlyArray<Metric.Metric<never, unknown>> => [
  append[service].duration,
  append[service].batch,
  up[service].redis,
  up[service].kafka,
  LogGauges.of(service).refused,
  LogGauges.of(service).policyWrong
]

/** The series of each service that exist from its start, at 0. Those of partitions come with the partition. */
export const initial: Readonly<Record<Service, ReadonlyArray<Metric.Metric<never, unknown>>>> = {
  gateway: [...both("gateway"), admissionBatch, storeMemoryUsed, ...allAnswers],
  processor: [
    ...both("processor"),
    foldBatch,
    orderFate,
    itemsStopped,
    requestIdsReused,
    ...letters.all,
    ...partitions.all,
    ...CheckoutMetrics.initial,
    ...EventMetrics.initial
  ]
}

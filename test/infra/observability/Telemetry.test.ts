import { expect, it } from "@effect/vitest"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect, Metric } from "effect"
import { describe } from "vitest"

type Service = "gateway" | "processor"

/** The metrics' text of a process of its own, after `program`. */
const collected = (services: ReadonlyArray<Service>, program: Effect.Effect<unknown> = Effect.void) =>
  Effect.gen(function*() {
    const telemetry = yield* Telemetry.Telemetry
    yield* program
    return yield* telemetry.collect
  }).pipe(
    Effect.provide(Telemetry.layerMetrics(...services)),
    Effect.provideService(Metric.MetricRegistry, new Map())
  )

/** Names with their types, as Prometheus reads them. */
const typesIn = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]))

const GATEWAY = {
  gateway_orders_received_total: "counter",
  gateway_orders_successful_total: "counter",
  gateway_orders_failed_total: "counter",
  gateway_orders_validation_failed_total: "counter",
  gateway_orders_idempotency_rejected_total: "counter",
  gateway_orders_rate_limited_total: "counter",
  gateway_orders_sold_out_total: "counter",
  gateway_orders_refused_total: "counter",
  gateway_orders_failures_total: "counter",
  gateway_request_duration_seconds: "histogram",
  gateway_circuit_breaker_state: "gauge",
  gateway_answers_total: "counter",
  gateway_order_actions_total: "counter",
  gateway_auth_failures_total: "counter",
  gateway_callers_total: "counter",
  gateway_connections: "gauge",
  gateway_connections_max: "gauge",
  gateway_connections_dropped_total: "counter",
  gateway_admission_batch_orders: "histogram",
  gateway_kafka_append_duration_seconds: "histogram",
  gateway_kafka_append_batch_records: "histogram",
  gateway_redis_memory_used_ratio: "gauge",
  gateway_redis_up: "gauge",
  gateway_kafka_up: "gauge",
  gateway_log_refused: "gauge",
  gateway_log_policy_wrong: "gauge"
}

/** Without the gauges of the dead letters, which are not counted yet, and those of items and partitions. */
const PROCESSOR = {
  processor_connections: "gauge",
  processor_connections_max: "gauge",
  processor_connections_dropped_total: "counter",
  processor_orders_processed_total: "counter",
  processor_orders_processed_success_total: "counter",
  processor_orders_processed_failed_total: "counter",
  processor_orders_sold_out_total: "counter",
  processor_orders_moved_to_dlq_total: "counter",
  processor_order_processing_duration_seconds: "histogram",
  processor_payments_in_flight: "gauge",
  processor_payments_in_doubt: "gauge",
  processor_payments_simulated: "gauge",
  processor_payments_held_back: "gauge",
  processor_payments_total: "counter",
  processor_dlq_letters_total: "counter",
  processor_events_told_total: "counter",
  processor_holds_expired_total: "counter",
  processor_holds_confirmed_total: "counter",
  processor_request_ids_reused_total: "counter",
  processor_fold_batch_records: "histogram",
  processor_order_accepted_to_final_seconds: "histogram",
  processor_partitions: "gauge",
  processor_items_stopped: "gauge",
  processor_kafka_append_duration_seconds: "histogram",
  processor_kafka_append_batch_records: "histogram",
  processor_redis_up: "gauge",
  processor_kafka_up: "gauge",
  processor_log_refused: "gauge",
  processor_log_policy_wrong: "gauge"
}

describe("Telemetry: the text of /metrics", () => {
  it.effect("/metrics has every series from the start, under the runbook's names", () =>
    Effect.gen(function*() {
      expect(Object.fromEntries(typesIn(yield* collected(["gateway"])))).toEqual(GATEWAY)
      expect(Object.fromEntries(typesIn(yield* collected(["processor"])))).toEqual(PROCESSOR)
      expect(Object.fromEntries(typesIn(yield* collected(["gateway", "processor"])))).toEqual({
        ...GATEWAY,
        ...PROCESSOR
      })
    }))

  it.effect("/metrics has only HELP, TYPE and samples, and counters start at 0", () =>
    Effect.gen(function*() {
      const text = yield* collected(["gateway"])
      for (const line of text.trimEnd().split("\n")) {
        expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? 0)$/)
      }
      expect(text).toContain("# HELP gateway_orders_received_total Total orders received\n")
      expect(text).toContain("\ngateway_orders_refused_total{reason=\"paused\"} 0\n")
      expect(text).toContain("\ngateway_request_duration_seconds_bucket{le=\"+Inf\"} 0\n")
    }))

  it.effect("/metrics shows what happened", () =>
    Effect.gen(function*() {
      const text = yield* collected(
        ["gateway", "processor"],
        Effect.all([
          Metric.update(Metrics.ordersReceived, 1),
          Metric.update(Metrics.ordersReceived, 1),
          Metric.update(Metrics.circuitBreakerState, 2),
          Metric.update(Metrics.requestDuration, 0.004),
          Metric.update(Metrics.ordersRefused("closed"), 1),
          Metric.update(Metrics.paymentsTotal("paid"), 3),
          Metric.update(Metrics.inventoryLevel("101"), 97),
          Metric.update(EngineMetrics.partitionLag(3), 12)
        ])
      )
      for (
        const line of [
          "gateway_orders_received_total 2",
          "gateway_circuit_breaker_state 2",
          "gateway_request_duration_seconds_bucket{le=\"0.0025\"} 0",
          "gateway_request_duration_seconds_bucket{le=\"0.005\"} 1",
          "gateway_request_duration_seconds_count 1",
          "gateway_orders_refused_total{reason=\"closed\"} 1",
          "processor_payments_total{outcome=\"paid\"} 3",
          "processor_inventory_level{item_id=\"101\"} 97",
          "processor_partition_lag{partition=\"3\"} 12"
        ]
      ) expect(text).toContain(`\n${line}\n`)
    }))

  it.effect("/metrics shows a bounded number of items", () =>
    Effect.gen(function*() {
      const items = Array.from({ length: Metrics.MAX_ITEM_SERIES + 50 }, (_, index) => `bounded-${index}`)
      const text = yield* collected(
        ["processor"],
        Effect.forEach(items, (item) => Metric.update(Metrics.inventoryLevel(item), 1), { discard: true })
      )
      const series = text.match(/^processor_inventory_level\{.*$/gm) ?? []
      expect(series.length).toBeLessThanOrEqual(Metrics.MAX_ITEM_SERIES + 1)
      expect(series).toContain("processor_inventory_level{item_id=\"other\"} 1")
    }))
})

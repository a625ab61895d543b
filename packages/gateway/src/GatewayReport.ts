/**
 * What a gateway says of itself once a second. Its numbers come from the metrics that there are: orders pay nothing for
 * it.
 */
import { release } from "@flash-sale/infra/http/Release"
import * as InstanceReports from "@flash-sale/infra/observability/InstanceReports"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Rates from "@flash-sale/infra/observability/metrics/reading/Rates"
import * as Readings from "@flash-sale/infra/observability/metrics/reading/Readings"
import { Effect, type Layer } from "effect"
import { Admission } from "./buy/Admission.ts"
import { LogBreaker } from "./guards/LogBreaker.ts"
import { PartitionCount } from "./guards/PartitionCount.ts"
import { Subscribers } from "./live/Subscribers.ts"
import { Shutdown } from "./request/Shutdown.ts"

/** Refusals that have a counter of their own, by their codes in the API. */
const REFUSED = {
  validation_failed: Metrics.ordersValidationFailed,
  duplicate_request: Metrics.ordersIdempotencyRejected,
  rate_limited: Metrics.ordersRateLimited,
  sold_out: Metrics.ordersSoldOutEarly
}
const OTHERS_REFUSED = Metrics.ordersRefused("limit")
const FAILED = Metrics.ordersFailedBy("overloaded")
const UP = EngineMetrics.up.gateway

const NAMES = new Set(
  [
    Metrics.ordersReceived,
    Metrics.ordersSuccessful,
    ...Object.values(REFUSED),
    OTHERS_REFUSED,
    FAILED,
    UP.redis,
    UP.kafka
  ]
    .map(({ id }) => id)
)

const RECEIVED = "received"
const ACCEPTED = "accepted"
const OF_REFUSED = "refused "
const OF_FAILED = "failed "

/** The counters whose rates are reported. */
const countsOf = ({ by, total }: Readings.Readings): ReadonlyMap<string, number> =>
  new Map([
    [RECEIVED, total(Metrics.ordersReceived.id) ?? 0],
    [ACCEPTED, total(Metrics.ordersSuccessful.id) ?? 0],
    ...Object.entries(REFUSED).map(([code, { id }]) => [`${OF_REFUSED}${code}`, total(id) ?? 0] as const),
    ...[...by(OTHERS_REFUSED.id, "reason")].map(([code, count]) => [`${OF_REFUSED}${code}`, count] as const),
    ...[...by(FAILED.id, "reason")].map(([code, count]) => [`${OF_FAILED}${code}`, count] as const)
  ])

/** Reports for as long as the layer lives. */
export const layer: Layer.Layer<
  never,
  never,
  Admission | LogBreaker | PartitionCount | Subscribers | Shutdown
> = InstanceReports.layer(
  release,
  Effect.gen(function*() {
    const admission = yield* Admission
    const breaker = yield* LogBreaker
    const count = yield* PartitionCount
    const subscribers = yield* Subscribers
    const shutdown = yield* Shutdown
    const look = yield* Rates.make
    return Effect.map(Readings.read(NAMES), (readings): InstanceReports.Vitals => {
      const rates = look(countsOf(readings))
      const partitions = count.now()
      return {
        service: "gateway",
        redis: readings.total(UP.redis.id) === 1,
        kafka: readings.total(UP.kafka.id) === 1,
        stopping: shutdown.hasBegun(),
        breaker: breaker.state(),
        ...(partitions === undefined ? {} : { partitions }),
        received_per_second: rates.get(RECEIVED) ?? 0,
        accepted_per_second: rates.get(ACCEPTED) ?? 0,
        refused_per_second: Rates.under(rates, OF_REFUSED),
        failed_per_second: Rates.under(rates, OF_FAILED),
        in_flight: admission.inFlight(),
        streams: subscribers.open()
      }
    })
  })
)

/** What a processor says of itself once a second, by its state and by the metrics that there are. */
import { MAX_PARTITIONS_NAMED, MAX_TROUBLES_NAMED, type ProcessorInstance } from "@flash-sale/domain/instances/Instance"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { release } from "@flash-sale/infra/http/Release"
import * as InstanceReports from "@flash-sale/infra/observability/InstanceReports"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Rates from "@flash-sale/infra/observability/metrics/reading/Rates"
import * as Readings from "@flash-sale/infra/observability/metrics/reading/Readings"
import { Effect, type Layer } from "effect"
import { ProcessorState, type WorkerState } from "./run/ProcessorState.ts"

const UP = EngineMetrics.up.processor
const LAG = EngineMetrics.partitionLag(0).id
const LAG_SECONDS = EngineMetrics.partitionLagSeconds(0).id
const PAYMENTS = Metrics.paymentsTotal("paid").id
const PARTITION = "partition"

const NAMES = new Set([
  LAG,
  LAG_SECONDS,
  PAYMENTS,
  ...[
    UP.redis,
    UP.kafka,
    EngineMetrics.foldBatch,
    Metrics.paymentsInFlight,
    Metrics.paymentsInDoubt,
    Metrics.paymentsHeldBack,
    Metrics.paymentsSimulated,
    Metrics.dlqSize,
    Metrics.dlqOldestMessageAge
  ].map(({ id }) => id)
])

const FOLDED = "folded"
const OF_PAYMENTS = "payments "

type Workers = ReadonlyMap<PartitionId, WorkerState>

const statesOf = (workers: Workers): ProcessorInstance["partitions"] => {
  const count = (tag: WorkerState["_tag"]) => [...workers.values()].filter(({ _tag }) => _tag === tag).length
  return {
    running: count("Running"),
    recovering: count("Recovering"),
    waiting: count("Waiting"),
    refusing: count("Halted")
  }
}

/** The lag of the partitions that it owns: their series go with them. */
const lagOf = ({ by, total }: Readings.Readings, workers: Workers): ProcessorInstance["lag"] => {
  const seconds = by(LAG_SECONDS, PARTITION)
  const [worst] = [...workers.keys()].toSorted((a, b) => (seconds.get(`${b}`) ?? 0) - (seconds.get(`${a}`) ?? 0))
  const age = worst === undefined ? 0 : seconds.get(`${worst}`) ?? 0
  return {
    records: total(LAG) ?? 0,
    seconds: Math.max(0, age),
    ...(worst === undefined || age === 0 ? {} : { partition: worst })
  }
}

/** Absent until the letters were counted for the first time. */
const lettersOf = ({ total }: Readings.Readings): Pick<ProcessorInstance, "dead_letters"> => {
  const size = total(Metrics.dlqSize.id)
  return size === undefined
    ? {}
    : { dead_letters: { size, oldest_seconds: total(Metrics.dlqOldestMessageAge.id) ?? 0 } }
}

const troublesOf = (workers: Workers): Pick<ProcessorInstance, "halted" | "recovering"> => ({
  halted: [...workers].flatMap(([partition, worker]) =>
    worker._tag === "Halted" ? [{ partition, code: worker.code }] : []
  ).slice(0, MAX_TROUBLES_NAMED),
  recovering: [...workers].flatMap(([partition, worker]) =>
    worker._tag === "Recovering" ? [{ partition, at: Math.max(0, worker.at()), until: Math.max(0, worker.until) }] : []
  ).slice(0, MAX_TROUBLES_NAMED)
})

/** Reports for as long as the layer lives. */
export const layer: Layer.Layer<never, never, ProcessorState> = InstanceReports.layer(
  release,
  Effect.gen(function*() {
    const state = yield* ProcessorState
    const look = yield* Rates.make
    return Effect.map(Readings.read(NAMES), (readings): InstanceReports.Vitals => {
      const { by, total } = readings
      const workers = state.workers()
      const rates = look(
        new Map([
          [FOLDED, total(EngineMetrics.foldBatch.id) ?? 0],
          ...[...by(PAYMENTS, "outcome")].map(([outcome, count]) => [`${OF_PAYMENTS}${outcome}`, count] as const)
        ])
      )
      return {
        service: "processor",
        redis: total(UP.redis.id) === 1,
        kafka: total(UP.kafka.id) === 1,
        partitions: statesOf(workers),
        owned: [...workers.keys()].toSorted((a, b) => a - b).slice(0, MAX_PARTITIONS_NAMED),
        folded_per_second: rates.get(FOLDED) ?? 0,
        lag: lagOf(readings, workers),
        ...troublesOf(workers),
        stopped_items: state.stoppedItems().size,
        payments: {
          in_flight: total(Metrics.paymentsInFlight.id) ?? 0,
          in_doubt: total(Metrics.paymentsInDoubt.id) ?? 0,
          per_second: Rates.under(rates, OF_PAYMENTS),
          held_back: total(Metrics.paymentsHeldBack.id) === 1,
          simulated: total(Metrics.paymentsSimulated.id) === 1
        },
        ...lettersOf(readings)
      }
    })
  })
)

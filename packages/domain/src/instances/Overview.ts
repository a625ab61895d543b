/**
 * The engine as one: what all gateways and processors say of themselves, added up. The names of the fields are those of
 * the admin API.
 */
import { Schema } from "effect"
import {
  BREAKER_STATES,
  GatewayInstance,
  HaltedPartition,
  Lag,
  LetterCounts,
  Payments,
  ProcessorInstance,
  Rates,
  Recovery
} from "./Instance.ts"

/**
 * What keeps the engine from being healthy.
 *
 * - `no_gateway`, `no_processor`: none has reported.
 * - `redis_away`, `kafka_away`: an instance cannot use the store, or the log.
 * - `breaker_not_closed`: a gateway refuses orders, as the log has failed.
 * - `partitions_unowned`: nobody folds their orders.
 * - `partitions_waiting`, `partitions_halted`: their processor cannot go on.
 * - `items_stopped`, `payments_held_back`: as in the health of a processor.
 */
const PROBLEMS = [
  "no_gateway",
  "no_processor",
  "redis_away",
  "kafka_away",
  "breaker_not_closed",
  "partitions_unowned",
  "partitions_waiting",
  "partitions_halted",
  "items_stopped",
  "payments_held_back"
] as const

export const ProblemCode = Schema.Literals(PROBLEMS)
export type ProblemCode = typeof ProblemCode.Type

export const Problem = Schema.Struct({
  code: ProblemCode,
  count: Schema.Int.annotate({ description: "How many instances, partitions or items it is about" })
})
export type Problem = typeof Problem.Type

const Counts = <const Names extends ReadonlyArray<string>>(names: Names) =>
  Schema.Record(Schema.Literals(names), Schema.Int)

/** How many instances can use one part of the engine, and how many cannot. */
export const Part = Schema.Struct({ up: Schema.Int, away: Schema.Int })

export const GatewaySums = Schema.Struct({
  count: Schema.Int,
  stopping: Schema.Int.annotate({ description: "Those that shut down" }),
  breaker: Counts(BREAKER_STATES).annotate({ description: "Gateways by the state of their circuit breaker" }),
  received_per_second: Schema.Finite,
  accepted_per_second: Schema.Finite,
  refused_per_second: Rates,
  failed_per_second: Rates,
  in_flight: Schema.Int,
  streams: Schema.Int
})

/** Partitions by the state of their worker. Both `total` and `unowned` are absent where no gateway knows the number. */
export const PartitionSums = Schema.Struct({
  total: Schema.optionalKey(Schema.Int),
  unowned: Schema.optionalKey(Schema.Int.annotate({ description: "Those that no processor has" })),
  running: Schema.Int,
  recovering: Schema.Int,
  waiting: Schema.Int,
  refusing: Schema.Int
})

export const ProcessorSums = Schema.Struct({
  count: Schema.Int,
  partitions: PartitionSums,
  folded_per_second: Schema.Finite,
  lag: Lag,
  halted: Schema.Array(HaltedPartition),
  recovering: Schema.Array(Recovery),
  stopped_items: Schema.Int,
  payments: Payments,
  dead_letters: Schema.optionalKey(LetterCounts)
})

const seen = {
  seen_seconds_ago: Schema.Finite.annotate({ description: "How long ago it reported, by the clock of the store" })
}

/** One instance as the overview lists it: its report, and how old that is. */
const ListedInstance = Schema.Union([
  Schema.Struct({ ...GatewayInstance.fields, ...seen }),
  Schema.Struct({ ...ProcessorInstance.fields, ...seen })
])

export const Overview = Schema.Struct({
  status: Schema.Literals(["healthy", "unhealthy"]).annotate({ description: "Healthy: there is no problem" }),
  problems: Schema.Array(Problem),
  parts: Schema.Struct({ redis: Part, kafka: Part }).annotate({
    description: "The store and the log, as instances see them; on one file both are that file"
  }),
  gateways: GatewaySums,
  processors: ProcessorSums,
  versions: Schema.Array(Schema.String).annotate({ description: "The releases that run; more than one in an upgrade" }),
  rules_version: Schema.optionalKey(
    Schema.Int.annotate({ description: "The latest version of the rules that every processor knows" })
  ),
  instances: Schema.Array(ListedInstance)
}).annotate({ identifier: "Overview", description: "All gateways and processors that run, and what they do together." })
export type Overview = typeof Overview.Type

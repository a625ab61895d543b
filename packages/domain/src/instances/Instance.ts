/**
 * What a running gateway or processor says of itself once a second. The names of the fields are persisted, and shown by
 * the admin API. What is read back was written by any build, or by anybody who may write to the store: it is checked.
 *
 * **Details**: rates are per second, over the last second or so. Everything is bounded, so that a report is short.
 */
import { Schema } from "effect"
import { PartitionId } from "../records/Partition.ts"

/** The most kinds of refusals or failures in one report. */
export const MAX_KINDS = 64
/** The most partitions that one report names; there may be more. */
export const MAX_PARTITIONS_NAMED = 256
/** The most halted, and recovering, partitions that one report names. */
export const MAX_TROUBLES_NAMED = 20

/** Random, and of one life of one service: a process that is both a gateway and a processor has two. */
export const InstanceId = Schema.String.check(Schema.isPattern(/^[a-zA-Z0-9-]{1,64}$/)).pipe(
  Schema.brand("InstanceId")
)
export type InstanceId = typeof InstanceId.Type

/** One line without control characters. */
const text = (maxLength: number) =>
  Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxLength), Schema.isPattern(/^\P{Cc}*$/u))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const Amount = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const Code = Schema.String.check(Schema.isPattern(/^[a-z0-9_]{1,40}$/))

/** A rate for each kind; kinds without any are left out. */
export const Rates = Schema.Record(Code, Amount).check(Schema.isMaxProperties(MAX_KINDS)).annotate({
  description: "By code, a second; codes without any are left out"
})
export type Rates = typeof Rates.Type

/** How far behind the log a fold is. */
export const Lag = Schema.Struct({
  records: Count.annotate({ description: "Records that are not folded yet, of all partitions" }),
  seconds: Amount.annotate({ description: "The age of the oldest of them, in the partition where it is worst" }),
  partition: Schema.optionalKey(PartitionId.annotate({ description: "That partition; absent where nothing waits" }))
})

/** Partitions by the state of their worker, as in `/health`. */
export const PartitionStates = Schema.Struct({ running: Count, recovering: Count, waiting: Count, refusing: Count })

export const HaltedPartition = Schema.Struct({ partition: PartitionId, code: Code })
export const Recovery = Schema.Struct({
  partition: PartitionId,
  at: Count.annotate({ description: "Everything before this offset is folded" }),
  until: Count.annotate({ description: "The offset at which the recovery ends" })
})

export const Payments = Schema.Struct({
  in_flight: Count.annotate({ description: "Charges and voids under way" }),
  in_doubt: Count.annotate({ description: "Those of which nobody knows whether the money was taken" }),
  per_second: Rates.annotate({ description: "Payments that ended, by outcome, a second" }),
  held_back: Schema.Boolean.annotate({ description: "Whether charges wait: the provider or a key is missing" }),
  simulated: Schema.Boolean.annotate({ description: "Whether no money is taken" })
})

export const LetterCounts = Schema.Struct({
  size: Count.annotate({ description: "Dead letters that are open" }),
  oldest_seconds: Amount.annotate({ description: "The age of the oldest; 0 where there is none" })
})

/** What every instance says. */
const common = {
  id: InstanceId,
  host: text(255).annotate({ description: "The name of its machine or container" }),
  started_at: text(40).annotate({ description: "When it started, by the clock of its machine: ISO 8601, in UTC" }),
  uptime_seconds: Amount.annotate({ description: "How long it has been running, whatever its clock says" }),
  version: text(64).annotate({ description: "Its release" }),
  rules_version: Count.annotate({ description: "The latest version of the rules that it knows" }),
  redis: Schema.Boolean.annotate({ description: "Whether the store takes its writes, also where that is a file" }),
  kafka: Schema.Boolean.annotate({ description: "Whether the log answers it, also where that is a file" })
}

export const BREAKER_STATES = ["closed", "open", "half_open"] as const

export const GatewayInstance = Schema.Struct({
  service: Schema.Literal("gateway"),
  ...common,
  stopping: Schema.Boolean.annotate({ description: "Whether it shuts down" }),
  breaker: Schema.Literals(BREAKER_STATES).annotate({ description: "The circuit breaker to the log" }),
  partitions: Schema.optionalKey(Count.annotate({ description: "How many the log has; absent until that is known" })),
  received_per_second: Amount,
  accepted_per_second: Amount,
  refused_per_second: Rates.annotate({ description: "Orders refused (4xx), by code, a second" }),
  failed_per_second: Rates.annotate({ description: "Orders that failed (5xx), by code, a second" }),
  in_flight: Count.annotate({ description: "Orders between their arrival and their answer" }),
  streams: Count.annotate({ description: "Open streams of server-sent events" })
})
export type GatewayInstance = typeof GatewayInstance.Type

export const ProcessorInstance = Schema.Struct({
  service: Schema.Literal("processor"),
  ...common,
  partitions: PartitionStates.annotate({ description: "The partitions that it owns, by the state of their worker" }),
  owned: Schema.Array(PartitionId).check(Schema.isMaxLength(MAX_PARTITIONS_NAMED)).annotate({
    description: `Their numbers, the first ${MAX_PARTITIONS_NAMED}`
  }),
  folded_per_second: Amount.annotate({ description: "Records folded, a second" }),
  lag: Lag,
  halted: Schema.Array(HaltedPartition).check(Schema.isMaxLength(MAX_TROUBLES_NAMED)),
  recovering: Schema.Array(Recovery).check(Schema.isMaxLength(MAX_TROUBLES_NAMED)),
  stopped_items: Count.annotate({ description: "Items that stand still until somebody repairs them" }),
  payments: Payments,
  dead_letters: Schema.optionalKey(LetterCounts.annotate({ description: "Of the engine; absent until they are read" }))
})
export type ProcessorInstance = typeof ProcessorInstance.Type

export const Instance = Schema.Union([GatewayInstance, ProcessorInstance])
export type Instance = typeof Instance.Type

/** An instance as the store keeps it, as JSON. */
export const InstanceText = Schema.fromJsonString(Instance)

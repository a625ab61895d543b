/** Why a processor halts a partition, asked from outside. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import { Effect, Stream } from "effect"

export interface HaltedPartition {
  readonly partition: PartitionId
  readonly code: RecoveryPlan.HaltCode
  readonly why: string
  /** The bounds of the log that there is. */
  readonly start: number
  readonly end: number
  /** The epoch of the store's mark, where it has one. */
  readonly epoch: string | undefined
}

/**
 * Undefined where log and store fit each other. Where nothing else halts the partition it reads what a processor would
 * fold, or, with `whole`, the whole log: a store that has folded what is lost there may be the only right copy.
 */
export const of = Effect.fnUntraced(function*(partition: PartitionId, whole: boolean) {
  const reader = yield* LogReader
  const { bounds, mark, plan } = yield* Recovery.assess(partition, {
    committed: reader.committed(partition),
    bounds: reader.bounds(partition),
    told: Effect.undefined,
    recordAt: (offset) =>
      Effect.map(Stream.runCollect(reader.read(partition, offset, offset + 1, "as is")), ([records]) => records?.[0]),
    damage: (from, wholeFrom) => reader.damage(partition, whole ? wholeFrom : Math.max(from, wholeFrom))
  })
  if (plan._tag !== "Halt") return undefined
  return {
    ...bounds,
    partition,
    code: RecoveryPlan.codeOf(plan.halt),
    why: RecoveryPlan.describe(plan.halt),
    epoch: mark?.epoch
  } satisfies HaltedPartition
})

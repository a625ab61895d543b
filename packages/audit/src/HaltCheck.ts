/** Why a processor refuses a partition, asked from outside. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import { Effect, Stream } from "effect"

export interface HaltedPartition {
  readonly partition: PartitionId
  readonly code: RecoveryPlan.HaltCode
  readonly why: string
  readonly start: number
  readonly end: number
  /** The epoch of the store's mark, where it has one. */
  readonly epoch: string | undefined
}

/** Nothing where log and store fit each other. */
export const of = Effect.fnUntraced(function*(partition: PartitionId) {
  const reader = yield* LogReader
  const marks = yield* RecoveryMarks
  // As a worker asks that begins, and in its order.
  const mark = yield* marks.read(partition)
  const accepted = yield* marks.accepted(partition)
  const committed = yield* reader.committed(partition)
  const bounds = yield* reader.bounds(partition)
  const plan = RecoveryPlan.plan({ accepted, bounds, committed, mark })
  const seen = RecoveryPlan.toRecognise({ bounds, mark })
  const other = seen === undefined || seen.offset >= bounds.end
    ? undefined
    : RecoveryPlan.replaced(
      seen,
      (yield* Stream.runCollect(reader.read(partition, seen.offset, seen.offset + 1)))[0]?.[0]
    )
  const halt = plan._tag === "Halt" ? plan.halt : other
  if (halt === undefined) return undefined
  return {
    ...bounds,
    partition,
    code: RecoveryPlan.codeOf(halt),
    why: RecoveryPlan.describe(halt),
    epoch: mark?.epoch
  } satisfies HaltedPartition
})

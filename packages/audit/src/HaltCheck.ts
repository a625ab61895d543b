/** Why a processor refuses a partition, asked from outside. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import { Effect, Stream } from "effect"

export interface HaltedPartition {
  readonly partition: PartitionId
  readonly code: RecoveryPlan.HaltCode
  readonly why: string
  readonly start: number
  readonly end: number
  readonly committed: number
  /** Whether records are gone from the log's end, so that others may stand where they were. */
  readonly isCut: boolean
  /** The epoch of the store's mark, where it has one. */
  readonly epoch: string | undefined
}

const damageOf = Effect.fnUntraced(function*(partition: PartitionId) {
  const damage = yield* (yield* LogReader).damage(partition)
  return damage === undefined ? undefined : RecoveryPlan.damaged(damage)
})

/** Nothing where log and store fit each other. */
export const of = Effect.fnUntraced(function*(partition: PartitionId) {
  const reader = yield* LogReader
  const store = yield* ItemStore
  // As a worker asks that begins, and in its order.
  const mark = yield* store.mark(partition)
  const accepted = yield* store.accepted(partition)
  const committed = yield* reader.committed(partition)
  const bounds = yield* reader.bounds(partition)
  const plan = RecoveryPlan.plan({ accepted, bounds, committed, mark })
  const seen = RecoveryPlan.toRecognise({ bounds, mark })
  const other = seen === undefined || seen.offset >= bounds.end
    ? undefined
    : RecoveryPlan.replaced(
      seen,
      (yield* Stream.runCollect(reader.read(partition, seen.offset, seen.offset + 1, "as is")))[0]?.[0]
    )
  const halt = (plan._tag === "Halt" ? plan.halt : other) ?? (yield* damageOf(partition))
  if (halt === undefined) return undefined
  const isCut = other !== undefined || halt._tag === "AheadOfLog" || halt._tag === "CommittedAhead"
  return {
    ...bounds,
    partition,
    code: RecoveryPlan.codeOf(halt),
    why: RecoveryPlan.describe(halt),
    committed: committed ?? bounds.start,
    isCut,
    epoch: mark?.epoch
  } satisfies HaltedPartition
})

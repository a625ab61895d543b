/** What there is to fold, and whether all of it is there. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import { Effect } from "effect"

/** One partition of the log, as it was when it was looked at. */
export interface SurveyedPartition {
  readonly partition: PartitionId
  readonly start: number
  readonly end: number
  /** Everything before it is final and published. */
  readonly committed: number
}

export const total = (partitions: ReadonlyArray<SurveyedPartition>): number =>
  partitions.reduce((sum, { end, start }) => sum + end - start, 0)

/** So many partitions of a topic, which may have more of them. */
export const first = Effect.fnUntraced(function*(count: number) {
  const reader = yield* LogReader
  return yield* Effect.forEach(
    Array.from({ length: count }, (_, partition) => PartitionId.make(partition)),
    (partition) =>
      Effect.gen(function*() {
        const { end, start } = yield* reader.bounds(partition)
        const committed = (yield* reader.committed(partition)) ?? start
        return { partition, start, end, committed } satisfies SurveyedPartition
      })
  )
})

/** The partitions of the log, in their order. */
export const partitions = Effect.flatMap(LogReader, (reader) => Effect.flatMap(reader.partitions, first))

/** Why the log is not the whole of what happened: one line for each partition that is cut. */
export const cuts = (log: ReadonlyArray<SurveyedPartition>): ReadonlyArray<string> =>
  log.flatMap(({ committed, end, partition, start }) =>
    start > 0
      ? [
        `partition ${partition}: the log begins at ${start}; what came before cannot be folded again. ` +
        `A backup of Redis that was taken at offset ${start} or later needs no more: restore it, and processors ` +
        "fold the rest. Without one the log can be accepted as it is: " +
        `flash-sale recover --accept-log --partition ${partition}`
      ]
      : committed > end
      ? [`partition ${partition}: the log ends at ${end}, but processors have read it up to ${committed}`]
      : []
  )

/**
 * Which record is not the one that was appended: one line for each partition of which the log is damaged. Reads
 * the whole log.
 */
export const damages = Effect.fnUntraced(function*(log: ReadonlyArray<SurveyedPartition>) {
  const reader = yield* LogReader
  const lines: Array<string> = []
  for (const { partition } of log) {
    const damage = yield* reader.damage(partition, 0)
    if (damage === undefined) continue
    const halt = RecoveryPlan.damaged(damage)
    lines.push(`partition ${partition}: ${RecoveryPlan.codeOf(halt)}: ${RecoveryPlan.describe(halt)}`)
  }
  return lines
})

/** Why the log is not the one that a store has folded: one line for each partition that is shorter. */
export const shorter = Effect.fnUntraced(function*(log: ReadonlyArray<SurveyedPartition>) {
  const marks = yield* RecoveryMarks
  const stored = yield* StoredItems
  const lines: Array<string> = []
  for (const { end, partition } of log) {
    const items = yield* stored.items(partition)
    const positions = yield* stored.positions(partition, items)
    const folded = positions.reduce((most, position) => Math.max(most, position + 1), 0)
    const known = Math.max(folded, (yield* marks.read(partition))?.checkpoint ?? 0)
    if (known > end) {
      lines.push(`partition ${partition}: the log ends at ${end}, but ${stored.location} has folded it up to ${known}`)
    }
  }
  return lines
})

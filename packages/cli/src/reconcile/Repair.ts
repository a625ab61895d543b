/**
 * Repairing items whose state is not what the log says. Their folds are taken away together with the mark of their
 * partition, so that its owner notices at the next call and folds them again. Nothing is written that the log does not
 * say, and stock changed by hand that waits to be recorded stays.
 */
import type { AuditedPartition } from "@flash-sale/audit/Audit"
import * as Differences from "@flash-sale/audit/Differences"
import type { Finding } from "@flash-sale/audit/Finding"
import { type Mark, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { CLEAR_AT_ONCE, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Console, Effect, Option, Schedule } from "effect"

/** How long a command waits until a processor has folded a partition again, and how often it looks. */
const LOOK_FOR = "5 seconds"
const LOOK_EVERY = "50 millis"
/** Characters of the reason that are kept with the record of a repair. */
const WHY_LENGTH = 500

/** Takes the folds of the items away. Returns how many of them were left as they are. */
export const run = Effect.fnUntraced(
  function*({ mark, partition }: AuditedPartition, findings: ReadonlyArray<Finding>) {
    if (mark === undefined) {
      yield* Console.log(
        `partition ${partition}: nothing is repaired while it is not folded to its end: ` +
          "start a processor, then try again"
      )
      return findings.length
    }
    return yield* inParts(partition, mark, findings)
  }
)

const inParts = Effect.fnUntraced(function*(partition: PartitionId, mark: Mark, findings: ReadonlyArray<Finding>) {
  const stored = yield* StoredItems
  let known = mark
  for (let from = 0; from < findings.length; from += CLEAR_AT_ONCE) {
    const some = findings.slice(from, from + CLEAR_AT_ONCE)
    const cleared = yield* stored.clear(
      partition,
      known.epoch,
      some.map((finding) => ({ itemId: finding.itemId, seq: finding.seq, why: why(finding) }))
    ).pipe(Effect.as(true), Effect.catchTag("MarkMoved", () => Effect.succeed(false)))
    if (!cleared) {
      yield* Console.log(`partition ${partition}: its mark moved meanwhile, nothing was changed: look again`)
      return findings.length - from
    }
    for (const { itemId } of some) yield* Console.log(`item ${itemId}: its fold is taken away, and recorded`)
    const folded = yield* untilMarked(partition)
    yield* Console.log(
      Option.isSome(folded)
        ? `partition ${partition}: folded again`
        : `partition ${partition}: is folded again when a processor runs`
    )
    if (Option.isNone(folded)) return Math.max(0, findings.length - from - some.length)
    known = folded.value
  }
  return 0
})

/** The new mark that ends the recovery. */
export const untilMarked = Effect.fnUntraced(function*(partition: PartitionId) {
  const marks = yield* RecoveryMarks
  const found = yield* Effect.repeat(marks.read(partition), {
    until: (mark) => mark !== undefined,
    schedule: Schedule.spaced(LOOK_EVERY)
  }).pipe(Effect.timeoutOption(LOOK_FOR))
  return Option.flatMap(found, Option.fromUndefinedOr)
})

const why = ({ differences, wrong }: Finding): string =>
  [...wrong, ...Differences.lines(differences, "log", "store").map((line) => line.trim())].join("; ")
    .slice(0, WHY_LENGTH)

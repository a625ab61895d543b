/** `flash-sale recover --accept-log`: the log as it is becomes the truth, where processors halt a partition. */
import * as HaltCheck from "@flash-sale/audit/HaltCheck"
import * as LossReport from "@flash-sale/audit/LossReport"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import * as Epoch from "@flash-sale/infra/fencing/Epoch"
import { Console, Effect, Option } from "effect"
import * as Repair from "../reconcile/Repair.ts"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"

export interface Options {
  /** Only this one; every partition that is halted where it is absent. */
  readonly partition: number | undefined
  /** Without it nothing is changed. */
  readonly yes: boolean
}

interface Judged extends HaltCheck.HaltedPartition {
  readonly losses: LossReport.LossReport
}

/** Prints what is halted and what would be lost, and accepts it with `yes`. */
export const run = Effect.fnUntraced(function*({ partition, yes }: Options) {
  yield* AuditTarget.untilUp
  const reader = yield* LogReader
  const count = yield* Target.bounded(reader.partitions)
  if (partition !== undefined && partition >= count) {
    return yield* CommandFailed.usage(`--partition ${partition}: the log has partitions 0 to ${count - 1}`)
  }
  const partitions = partition === undefined ? Array.from({ length: count }, (_, index) => index) : [partition]
  const found = yield* Effect.forEach(partitions, (one) => HaltCheck.of(PartitionId.make(one), partition !== undefined))
  const halted = found.filter((one) => one !== undefined)
  if (halted.length === 0) return yield* Console.log("log and store fit each other: there is nothing to accept")
  const total = halted.reduce((sum, { end, start }) => sum + end - start, 0)
  let read = 0
  const judged: ReadonlyArray<Judged> = yield* Progress.during(
    Effect.forEach(halted, (one) =>
      Effect.map(
        LossReport.of(one, count, (records) => void (read += records)),
        (losses) => ({ ...one, losses })
      )),
    () => Progress.line("records folded", Math.min(read, total), total)
  )
  for (const { code, losses, partition, why } of judged) {
    yield* Console.log(`partition ${partition}: ${code}: ${why}`)
    for (const line of losses.lines) yield* Console.log(`  ${line}`)
  }
  if (!yes) {
    return yield* CommandFailed.failed("nothing was changed; --yes accepts the log as it is, and cannot be undone")
  }
  yield* Effect.forEach(judged, accept, { discard: true })
  const named = partition === undefined ? "" : ` --partition ${partition}`
  yield* Console.log(
    "where there is an archive, it still has what is lost: once archive_lag_seconds is 0, " +
      `flash-sale archive rebuild${named}${judged.some(({ start }) => start > 0) ? " --from-start" : ""}`
  )
})

/** Accepts one partition in one step, so that no processor sees a part of it. */
const accept = Effect.fnUntraced(function*(judged: Judged) {
  const { code, end, losses, partition, start, why } = judged
  const marks = yield* RecoveryMarks
  const stored = yield* StoredItems
  const moved = CommandFailed.failed(
    `partition ${partition}: its mark moved meanwhile, nothing was changed: type it again`
  )
  // What was judged may be gone by now, as judging takes as long as reading the log.
  const mark = yield* marks.read(partition)
  if (mark?.epoch !== judged.epoch) return yield* moved
  // A recovery that was cut short has an epoch as well.
  const epoch = yield* Recovery.join(partition, mark, Epoch.make)
  const clearings = losses.items.map(({ itemId, seq }) => ({
    itemId,
    seq,
    why: `the log was accepted as it is: ${code}: ${why}`
  }))
  yield* stored.clear(partition, epoch, clearings, { from: start, wholeFrom: end }).pipe(
    Effect.catchTag("MarkMoved", () => moved)
  )
  yield* Console.log(
    `partition ${partition}: the log is accepted from ${start} to ${end}; ` +
      `${clearings.length} items are taken away, and recorded`
  )
  const folded = yield* Repair.untilMarked(partition)
  yield* Console.log(
    Option.isSome(folded)
      ? `partition ${partition}: folded again`
      : `partition ${partition}: is folded again when a processor runs`
  )
})

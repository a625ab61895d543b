/** A run of a worker as it begins: from where, and what its parts share. */
import { OrderLog, type OwnedPartition, type PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Deferred, Effect } from "effect"
import type { OpenOrderBudget } from "../order/OpenOrderBudget.ts"
import * as OffsetTracker from "../run/OffsetTracker.ts"
import { NOTHING_TOLD, type PartitionRun, type RecoveryNeeded, untilAppended } from "../run/PartitionRun.ts"
import { ProcessorState } from "../run/ProcessorState.ts"
import * as RecoveryStart from "./RecoveryStart.ts"

/** `suspect` is the offset of a record that an earlier run found damaged: while it still is, nothing begins. */
export const make = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  budget: OpenOrderBudget,
  suspect: number | undefined
) {
  const log = yield* OrderLog
  const state = yield* ProcessorState
  const { partition } = owned
  const { epoch, isMarked, plan, session, told, wholeFrom } = yield* RecoveryStart.prepare(owned, suspect)
  const failed = yield* Deferred.make<never, RecoveryNeeded | PartitionLost>()
  let recovered = false
  let lastTaken: LogRecord | undefined
  const run: PartitionRun = {
    partition,
    publishFrom: plan.publishFrom,
    until: plan.until,
    tellFrom: plan.tellFrom,
    toldUpTo: Math.min(told ?? NOTHING_TOLD, plan.tellFrom),
    folding: OffsetTracker.make(plan.from),
    settling: OffsetTracker.make(plan.from),
    lastTaken: () => lastTaken,
    session,
    epoch,
    isRecovered: () => recovered,
    setRecovered: Effect.sync(() => {
      recovered = true
      budget.start()
    }),
    fail: (reason) => Effect.asVoid(Deferred.fail(failed, reason)),
    append: (record) => Effect.orDie(Effect.retry(log.append(record), { schedule: untilAppended })),
    stopItem: (itemId, detail) => state.stopItem(partition, itemId, detail)
  }
  return {
    run,
    /** Whether the store had its mark at the start. */
    isMarked,
    /** Where records are taken from. */
    from: plan.from,
    /** Before this offset records may be missing. */
    wholeFrom,
    /** Fails once a part of the run does. */
    failed: Deferred.await(failed),
    /** Records were taken, in the log's order. */
    took: (records: ReadonlyArray<LogRecord>): void => {
      lastTaken = records.at(-1) ?? lastTaken
    }
  }
})

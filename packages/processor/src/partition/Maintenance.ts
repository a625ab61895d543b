/** What a worker does beside taking records: ends the recovery, checkpointer, looks around. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Effect, Metric, Schedule } from "effect"
import { type PartitionRun, type RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"
import { ProcessorState } from "../run/ProcessorState.ts"
import * as BacklogReporter from "./BacklogReporter.ts"
import * as Checkpointer from "./Checkpointer.ts"
import type { Lag } from "./Lag.ts"
import type * as Router from "./Router.ts"
import * as StockEdits from "./StockEdits.ts"

/** A recovery says how far it has come each time that it has looked around so often: every 10 s. */
const PROGRESS_EVERY = 10

export interface MaintenanceParts {
  readonly run: PartitionRun
  /** Whether the store had its mark at the start. */
  readonly isMarked: boolean
  /** Where the recovery ends: everything before it was in the log at the start. */
  readonly until: number
  readonly router: Router.Router
  readonly checkpointer: Checkpointer.Checkpointer
  readonly stockEdits: StockEdits.StockEdits
  readonly lag: Lag
}

/** Of the items that no order has come for yet: what others show of them ends as they hand the partition over. */
const tellLevels = Effect.fnUntraced(function*(partition: PartitionId) {
  const levels = yield* (yield* ItemStore).levels(partition, Metrics.MAX_ITEM_SERIES)
  for (const [itemId, available] of levels) {
    if (Metrics.isReported(partition, itemId)) continue
    yield* Metric.update(Metrics.inventoryOf(partition, itemId), available)
  }
})

/** Goes on until something fails. */
export const run = Effect.fnUntraced(function*(
  { checkpointer, router, isMarked, lag, run, stockEdits, until }: MaintenanceParts
): Effect.fn.Return<never, RecoveryNeeded | PartitionLost, ItemStore | ProcessorState> {
  const store = yield* ItemStore
  const state = yield* ProcessorState
  const { partition } = run
  const tellBacklog = yield* BacklogReporter.make(run)

  const finishRecovery = Effect.gen(function*() {
    const { epoch } = run
    const mark = { epoch, checkpoint: run.settling.next(), seen: Checkpointer.lastSeen(run) }
    if (!isMarked) yield* waitFor("the store", store.writeMark(partition, mark, run.session))
    yield* run.setRecovered
    yield* router.startPayments
    yield* state.set(partition, { _tag: "Running" })
    yield* Effect.ignore(tellLevels(partition))
  })

  const commit = Effect.gen(function*() {
    if (!run.isRecovered() && run.folding.next() >= until) yield* finishRecovery
    yield* checkpointer.commit
    yield* tellBacklog
    yield* Metric.update(EngineMetrics.partitionOpenOrders(partition), run.settling.open())
  })

  let looks = 0
  const lookAround = Effect.gen(function*() {
    if (!run.isRecovered() && ++looks % PROGRESS_EVERY === 0) {
      const offset = run.folding.next()
      const message = `Partition ${partition}: folded up to ${offset} of ${until}`
      yield* Log.info(message, { event: "recovery_progress", partition, offset })
    }
    yield* stockEdits.detect
    yield* router.sweep
    yield* waitFor("the log", lag.look)
    yield* Metric.update(EngineMetrics.mailboxDepth(partition), router.waiting())
  })

  return yield* Effect.raceFirst(
    Effect.repeat(commit, Schedule.spaced(Checkpointer.COMMIT_EVERY)),
    Effect.repeat(lookAround, Schedule.spaced(StockEdits.DETECT_EVERY))
  ).pipe(Effect.andThen(Effect.never))
})

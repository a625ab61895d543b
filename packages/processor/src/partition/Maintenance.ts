/**
 * What a worker does beside taking records: ends the recovery, commits, looks at its items, at the log, and at the
 * holds that are over, and tells who was turned away and how far everything is told.
 */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Duration, Effect, Metric, Schedule } from "effect"
import type { OpenOrderBudget } from "../order/OpenOrderBudget.ts"
import type { EventTeller } from "../publish/EventTeller.ts"
import type { RefusedTeller } from "../publish/RefusedTeller.ts"
import { type PartitionRun, type RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"
import { ProcessorState } from "../run/ProcessorState.ts"
import * as BacklogReporter from "./BacklogReporter.ts"
import * as Checkpointer from "./Checkpointer.ts"
import type { Lag } from "./Lag.ts"
import type * as Router from "./Router.ts"
import * as StockEdits from "./StockEdits.ts"

/** A recovery logs how far it has come each time that it has looked so often: every 10 s. */
const PROGRESS_EVERY = 10
/** How often it is told who was turned away and how far everything is told, where that has moved. */
export const TELL_EVERY = Duration.seconds(1)

export interface MaintenanceParts {
  readonly run: PartitionRun
  /** Whether the store had its mark at the start. */
  readonly isMarked: boolean
  readonly router: Router.Router
  readonly budget: OpenOrderBudget
  readonly checkpointer: Checkpointer.Checkpointer
  readonly stockEdits: StockEdits.StockEdits
  readonly teller: EventTeller
  readonly refusedTeller: RefusedTeller
  readonly lag: Lag
}

/**
 * Shows the levels of items without orders so far: another process has shown them until it handed the partition over.
 */
const showLevels = Effect.fnUntraced(function*(partition: PartitionId) {
  const levels = yield* (yield* ItemStore).levels(partition, Metrics.MAX_ITEM_SERIES)
  for (const [itemId, available] of levels) {
    if (Metrics.isReported(partition, itemId)) continue
    yield* Metric.update(Metrics.inventoryOf(partition, itemId), available)
  }
})

/** Goes on until something fails. */
export const run = Effect.fnUntraced(function*(
  { budget, checkpointer, router, isMarked, lag, refusedTeller, run, stockEdits, teller }: MaintenanceParts
): Effect.fn.Return<never, RecoveryNeeded | PartitionLost, ItemStore | RecoveryMarks | ProcessorState> {
  const marks = yield* RecoveryMarks
  const state = yield* ProcessorState
  const { partition } = run
  const reportBacklog = yield* BacklogReporter.make(run)

  const finishRecovery = Effect.gen(function*() {
    const { epoch } = run
    const mark = { epoch, checkpoint: run.settling.next(), seen: Recovery.seenOf(run.lastTaken()) }
    if (!isMarked) yield* waitFor("the store", marks.complete(partition, mark, run.session))
    yield* run.setRecovered
    yield* router.startPayments
    yield* state.set(partition, { _tag: "Running" })
    yield* Effect.ignore(showLevels(partition))
  })

  const commit = Effect.gen(function*() {
    if (!run.isRecovered() && run.folding.next() >= run.until) yield* finishRecovery
    yield* checkpointer.commit
    yield* reportBacklog
    yield* Metric.update(EngineMetrics.partitionOpenOrders(partition), run.settling.open())
    yield* Metric.update(EngineMetrics.partitionWaitingOrders(partition), budget.waiting())
  })

  let looks = 0
  const lookAround = Effect.gen(function*() {
    if (!run.isRecovered() && ++looks % PROGRESS_EVERY === 0) {
      const offset = run.folding.furthest()
      const message = `Partition ${partition}: folded up to ${offset} of ${run.until}`
      yield* Log.info(message, { event: "recovery_progress", partition, offset })
    }
    yield* stockEdits.detect
    yield* router.sweep
    yield* waitFor("the log", lag.look)
    yield* Metric.update(EngineMetrics.mailboxDepth(partition), router.waiting())
  })

  return yield* Effect.raceAllFirst([
    Effect.repeat(commit, Schedule.spaced(Checkpointer.COMMIT_EVERY)),
    Effect.repeat(lookAround, Schedule.spaced(StockEdits.DETECT_EVERY)),
    // By itself: where the events are away, nothing else waits for it.
    Effect.repeat(Effect.andThen(refusedTeller.tell, teller.tellPosition), Schedule.spaced(TELL_EVERY)),
    router.holds.work
  ]).pipe(Effect.andThen(Effect.never))
})

/**
 * How a worker folds what was in the log when it started: quietly what was published and told before, many records at a
 * time, and the rest as it does with new records.
 */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { GATHERED_RECORDS } from "@flash-sale/domain/records/FoldBatches"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Array as Arr, Context, Effect, type Scope } from "effect"
import { CallOrders } from "../item/FoldCallSize.ts"
import * as StatusWriter from "../publish/StatusWriter.ts"
import * as QuietRefold from "../recovery/QuietRefold.ts"
import { type Halted, type RecoveryNeeded, unlessBroken, unlessFailed, waitFor } from "../run/PartitionRun.ts"
import { INTAKE_BATCH, type IntakeParts } from "./Intake.ts"

/** Records of orders that have not ended: beyond these the rest is folded as new records are, within the budget. */
export const MAX_UNFINISHED = 20_000

/** The bounds of a quiet refold: as many records as are gathered are read meanwhile. Tests set smaller ones. */
export const CatchUpLimits = Context.Reference<{ readonly gathered: number; readonly unfinished: number }>(
  "@flash-sale/processor/CatchUpLimits",
  { defaultValue: () => ({ gathered: GATHERED_RECORDS, unfinished: MAX_UNFINISHED }) }
)

/** Records that were taken together. */
interface Taken {
  readonly gathered: QuietRefold.Gathered
  readonly records: ReadonlyArray<LogRecord>
  /** All before this offset was taken; no more than what is folded quietly. */
  readonly end: number
}

interface Parts extends IntakeParts {
  /** Where records are taken from, and how many partitions the log has. */
  readonly from: number
  readonly partitions: number
}

/** Folds quietly what can be, as long as it can. The rest is for the intake. */
export const foldQuietly = Effect.fnUntraced(function*(
  { from, onTaken, owned, partitions, router, run, wholeFrom }: Parts,
  onStep: Effect.Effect<void>
): Effect.fn.Return<void, RecoveryNeeded | Halted | PartitionLost, ItemStore | OrderStatuses | Scope.Scope> {
  const until = Math.min(run.publishFrom, run.tellFrom, run.until)
  if (from >= until) return
  const limits = yield* CatchUpLimits
  const statuses = yield* StatusWriter.make(run, { guarded: unlessFailed(run, "publishing"), isBusy: () => true })
  const refold = yield* QuietRefold.make({
    run,
    isHome: (itemId) => home(itemId, partitions) === run.partition,
    ordersPerCall: yield* CallOrders,
    writeStatuses: statuses.write
  })
  let at = from
  /** Records may be missing where an operator accepted that: then some beyond the end come with those before it. */
  const beyond: Array<LogRecord> = []

  const take = Effect.gen(function*() {
    const records: Array<LogRecord> = []
    while (at < until && records.length < limits.gathered) {
      const some = yield* waitFor("the log", owned.take(Math.min(limits.gathered, until - at), wholeFrom))
      onTaken(some)
      for (const record of some) (record.offset < until ? records : beyond).push(record)
      at = (some.at(-1)?.offset ?? wholeFrom - 1) + 1
    }
    router.holds.took(records)
    return { gathered: refold.gather(records, yield* Monotonic.now), records, end: Math.min(at, until) } satisfies Taken
  })

  const pass = (end: number): void => {
    run.folding.skipTo(end)
    run.settling.skipTo(end)
  }

  /** Has the actors look at these. Only then all before `end` is through: what is left open is among them. */
  const hand = Effect.fnUntraced(function*(records: ReadonlyArray<LogRecord>, end: number) {
    const takenAt = yield* Monotonic.now
    for (const some of Arr.chunksOf(records, INTAKE_BATCH)) yield* Effect.andThen(router.route(some, takenAt), onStep)
    pass(end)
  })

  /** Folds what was taken, and takes more meanwhile: returns that, until all is folded or cannot be folded so. */
  const step = Effect.fnUntraced(function*({ end, gathered }: Taken) {
    const takeNext = Effect.suspend(() => at < until ? take : Effect.undefined)
    const [left, next] = yield* Effect.all([refold.fold(gathered), takeNext], { concurrency: 2 })
    yield* onStep
    if (next !== undefined && left.length === 0 && refold.unfinished.size() <= limits.unfinished) {
      pass(end)
      return next
    }
    yield* hand([...refold.unfinished.records(), ...left].toSorted((one, other) => one.offset - other.offset), end)
    if (next !== undefined) yield* hand(next.records, next.end)
    // These are the first that count beyond `until`, and each as it is handed on.
    yield* hand(beyond, at)
    return undefined
  })

  for (let taken: Taken | undefined = yield* take; taken !== undefined;) taken = yield* step(taken)
}, (fold, { run }) => unlessBroken(run, "the quiet refold")(fold))

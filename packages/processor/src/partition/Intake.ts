/**
 * Takes the records of a partition from the log: new ones, and now and then those of orders that there was no room for
 * (docs/decisions/0022-bound-on-open-orders.md).
 */
import type { OwnedPartition, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect } from "effect"
import type { OpenOrderBudget } from "../order/OpenOrderBudget.ts"
import { type Halted, type PartitionRun, RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"
import type { Router } from "./Router.ts"

/** Records taken from the log at once. */
export const INTAKE_BATCH = 2_000
/** So often records are read again before new ones are taken: settlements, which make room, are among the new ones. */
const BATCHES_AGAIN = 5

export interface IntakeParts {
  readonly owned: OwnedPartition
  readonly run: PartitionRun
  readonly router: Router
  readonly budget: OpenOrderBudget
  /** Before this offset records may be missing: an operator accepted that. */
  readonly wholeFrom: number
  /** New records were taken, in the log's order. None where nothing is left before `wholeFrom`. */
  readonly onTaken: (records: ReadonlyArray<LogRecord>) => void
}

/** Takes some records, and hands them to the router. Waits until there are any. */
export const make = (
  { budget, onTaken, owned, router, run, wholeFrom }: IntakeParts
): Effect.Effect<void, RecoveryNeeded | Halted | PartitionLost> => {
  const takeBatch = waitFor("the log", owned.take(INTAKE_BATCH, wholeFrom))

  /** New records; undefined where others are to be read again first. */
  const takeNew = Effect.suspend(() =>
    // Only then anything could have to be read again before further records come.
    budget.mayExceed(run.folding.open())
      ? Effect.raceFirst(takeBatch, Effect.as(budget.due, undefined))
      : takeBatch
  )

  const seek = (offset: number) => waitFor("the log", owned.seek(Offset.make(offset)))

  const readAgain = Effect.gen(function*() {
    const from = budget.first()
    const end = (run.lastTaken()?.offset ?? -1) + 1
    if (from === undefined) return
    yield* seek(from)
    for (let batch = 0, at = from; batch < BATCHES_AGAIN && at < end && canRead(budget); batch++) {
      const records = yield* takeBatch
      if (batch === 0 && records[0]?.offset !== from) {
        return yield* new RecoveryNeeded({ why: `the log: record ${from} is gone, and was to be read again` })
      }
      yield* router.routeAgain(budget.claim(records), yield* Monotonic.now)
      at = (records.at(-1)?.offset ?? wholeFrom - 1) + 1
    }
    // Also where taking new records was interrupted: none of them is left out.
    yield* seek(end)
  })

  return Effect.gen(function*() {
    const records = yield* takeNew
    if (records === undefined) return yield* readAgain
    if (records.length === 0) {
      run.folding.skipTo(wholeFrom)
      run.settling.skipTo(wholeFrom)
    }
    onTaken(records)
    yield* router.route(records, yield* Monotonic.now)
  })
}

const canRead = (budget: OpenOrderBudget): boolean => !budget.isFull() && budget.waiting() > 0

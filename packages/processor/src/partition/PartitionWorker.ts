/**
 * The worker of one partition while this process owns it: recovers, takes records, routes them to the actors of their
 * items, commits what is final, and hands the partition over when it is asked to.
 */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { OrderLog, type OwnedPartition, type PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import { Effect, Schedule, type Scope } from "effect"
import * as OpenOrderBudget from "../order/OpenOrderBudget.ts"
import type { PaymentSlots } from "../payment/PaymentSlots.ts"
import * as EventTeller from "../publish/EventTeller.ts"
import * as RefusedTeller from "../publish/RefusedTeller.ts"
import * as StartedRun from "../recovery/StartedRun.ts"
import { type Halted, type RecoveryNeeded, unlessFailed, waitFor } from "../run/PartitionRun.ts"
import { ProcessorState } from "../run/ProcessorState.ts"
import * as CatchUp from "./CatchUp.ts"
import * as Checkpointer from "./Checkpointer.ts"
import * as HandOver from "./HandOver.ts"
import * as Intake from "./Intake.ts"
import * as Lag from "./Lag.ts"
import * as Maintenance from "./Maintenance.ts"
import * as Router from "./Router.ts"
import * as SharedParts from "./SharedParts.ts"
import * as StockEdits from "./StockEdits.ts"

/** How long a worker waits before it recovers again: it waits for a store or a log that is away. */
const untilRecovered = Schedule.jittered(
  Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("3 seconds")])
)

type Services =
  | ItemStore
  | RecoveryMarks
  | OrderStatuses
  | DeadLetters
  | PaymentProvider
  | OrderLog
  | OrderEvents
  | ProcessorState

/**
 * Works on the partition until it is revoked. Whatever fails in between, it recovers and goes on. Where nothing is in
 * hand it returns at once, as a whole rebalance may be waiting for it: decision 0017.
 */
export const work = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  paymentSlots: PaymentSlots,
  sharedParts?: SharedParts.SharedParts
): Effect.fn.Return<void, never, Services> {
  const state = yield* ProcessorState
  const shared = sharedParts ?? (yield* SharedParts.make)
  let hasInHand = false
  let suspect: number | undefined
  const taking = Effect.sync(() => void ([hasInHand, suspect] = [true, undefined]))
  const handOverWithin = Effect.suspend(() => hasInHand ? Effect.sleep(HandOver.HAND_OVER_WITHIN) : Effect.void)
  const lag = yield* Lag.make(owned)
  yield* Effect.suspend(() => Effect.scoped(runOnce(owned, paymentSlots, shared, lag, taking, suspect)))
    .pipe(
      Effect.ensuring(Effect.sync(() => void (hasInHand = false))),
      // Another worker owns it now: what is still in hand here is its own.
      Effect.catchTag("PartitionLost", () => Effect.void),
      Effect.tapError((error) => {
        // Each attempt looks at this record before it begins anything, whatever it fails with meanwhile.
        if (error._tag === "Halted" && error.halt._tag === "DamagedLog") suspect = error.halt.offset
        return state.set(
          owned.partition,
          error._tag === "Halted"
            ? { _tag: "Halted", code: RecoveryPlan.codeOf(error.halt), why: error.why }
            : { _tag: "Waiting", why: error.why }
        )
      }),
      // What waits meanwhile is behind as well.
      Effect.tapError(() => Effect.ignore(lag.look)),
      Effect.retry({ schedule: untilRecovered }),
      Effect.orDie,
      Effect.raceFirst(Effect.andThen(owned.revoked, handOverWithin)),
      Effect.ensuring(state.set(owned.partition, undefined))
    )
})

const runOnce = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  paymentSlots: PaymentSlots,
  { recoveryLimiter, room }: SharedParts.SharedParts,
  lag: Lag.Lag,
  onTaking: Effect.Effect<void>,
  suspect: number | undefined
): Effect.fn.Return<void, RecoveryNeeded | Halted | PartitionLost, Services | Scope.Scope> {
  const log = yield* OrderLog
  const state = yield* ProcessorState
  const { partition } = owned
  const budget = OpenOrderBudget.make((yield* OpenOrderBudget.OpenOrderLimits).own, room)
  yield* Effect.addFinalizer(() => Effect.sync(budget.close))
  const { failed, from, isMarked, run, took, wholeFrom } = yield* StartedRun.make(owned, budget, suspect)
  const partitions = yield* waitFor("the log", log.partitions)
  lag.follow(run.folding.furthest)
  const stockEdits = yield* StockEdits.make(run)
  const teller = yield* EventTeller.make(run)
  const refusedTeller = yield* RefusedTeller.make(run, teller)
  const router = yield* Router.make(run, partitions, { budget, paymentSlots, refusedTeller, stockEdits, teller })
  const checkpointer = yield* Checkpointer.make(owned, run, from)
  const onTaken = (records: ReadonlyArray<LogRecord>): void => {
    took(records)
    lag.took(records)
  }
  const intake = { owned, run, router, budget, wholeFrom, onTaken }
  const takeSome = Intake.make(intake)

  yield* state.clearItems(partition)
  yield* state.set(partition, { _tag: "Recovering", from, until: run.until, at: run.folding.furthest })
  yield* waitFor("the log", owned.seek(Offset.make(from)))
  yield* Effect.forkScoped(
    unlessFailed(run, `the upkeep of partition ${partition}`)(
      Maintenance.run({ run, isMarked, router, budget, checkpointer, stockEdits, refusedTeller, teller, lag })
    )
  )
  const catchUp = recoveryLimiter.within(run.until - from, (onStep) =>
    Effect.gen(function*() {
      yield* onTaking
      yield* CatchUp.foldQuietly({ ...intake, from, partitions }, onStep)
      while (run.folding.reached() < run.until) yield* Effect.andThen(takeSome, onStep)
    }))
  yield* Effect.andThen(catchUp, Effect.forever(takeSome)).pipe(
    Effect.raceFirst(failed),
    Effect.raceFirst(owned.revoked)
  )
  yield* HandOver.handOver(router, checkpointer, { tellRefused: refusedTeller.tell, tellPosition: teller.tellPosition })
})

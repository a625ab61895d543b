/**
 * The worker of one partition while this process owns it: recovers, takes records, routes them to the actors of their
 * items, commits what is final, and hands the partition over when it is asked to.
 */
import type { DeadLetters } from "@flash-sale/domain/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ItemStore"
import { OrderLog, type OwnedPartition, PartitionLost } from "@flash-sale/domain/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import { Offset } from "@flash-sale/domain/Partition"
import type { PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import * as Metrics from "@flash-sale/infra/observability/Metrics"
import { Clock, Deferred, Duration, Effect, Metric, Random, Schedule, type Scope, type Semaphore } from "effect"
import * as Commits from "./Commits.ts"
import * as Intake from "./Intake.ts"
import * as OffsetTracker from "./OffsetTracker.ts"
import { ProcessorState } from "./ProcessorState.ts"
import * as Recovery from "./Recovery.ts"
import * as Sensing from "./Sensing.ts"
import { RecoveryNeeded, type Run } from "./Worker.ts"

/** Records taken from the log at once. */
export const INTAKE_BATCH = 1_000
/** How long a worker that is asked to return may finish what is in hand. */
export const HAND_OVER_WITHIN = Duration.seconds(8)
/** How often a hand-over looks whether everything is told. */
const HAND_OVER_CHECK = Duration.millis(20)

/** How long a worker waits before it recovers again: it waits for a store or a log that is away. */
const untilRecovered = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("3 seconds")]))
/** How long between two tries to append what must not be lost. */
const untilAppended = Schedule.jittered(Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("3 seconds")]))

type Services = ItemStore | OrderStatuses | DeadLetters | PaymentProvider | OrderLog | ProcessorState

/** Works on the partition until it is revoked. Whatever fails in between, it recovers and goes on. */
export const work = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  inFlight: Semaphore.Semaphore
): Effect.fn.Return<void, never, Services> {
  const state = yield* ProcessorState
  yield* Effect.scoped(runOnce(owned, inFlight)).pipe(
    // Somebody else owns it now: whatever is still in hand here is theirs.
    Effect.catchTag("PartitionLost", () => Effect.void),
    Effect.tapError((reason) => state.set(owned.partition, { _tag: "Waiting", why: reason.why })),
    Effect.retry({ schedule: untilRecovered }),
    Effect.orDie,
    Effect.raceFirst(Effect.andThen(owned.revoked, Effect.delay(Effect.void, HAND_OVER_WITHIN))),
    Effect.ensuring(state.set(owned.partition, undefined))
  )
})

const runOnce = Effect.fnUntraced(function*(
  owned: OwnedPartition,
  inFlight: Semaphore.Semaphore
): Effect.fn.Return<void, RecoveryNeeded | PartitionLost, Services | Scope.Scope> {
  const store = yield* ItemStore
  const log = yield* OrderLog
  const state = yield* ProcessorState
  const { partition } = owned
  const partitions = yield* waitFor("the log", log.partitions)
  const bounds = yield* waitFor("the log", owned.bounds)
  const committed = yield* waitFor("the log", owned.committed)
  const mark = yield* waitFor("the store", store.mark(partition))
  const plan = Recovery.plan({ bounds, committed, mark })
  if (plan._tag === "Refuse") {
    yield* state.set(partition, { _tag: "Refusing", why: plan.detail })
    // Somebody has to bring back a log or a store that fit; until they do, this partition stands still.
    return yield* Effect.raceFirst(
      owned.revoked,
      Effect.delay(Effect.fail(new RecoveryNeeded({ why: plan.detail })), "5 seconds")
    )
  }

  const failed = yield* Deferred.make<never, RecoveryNeeded | PartitionLost>()
  let epoch = mark?.epoch
  let recovered = false
  const run: Run = {
    partition,
    tellFrom: plan.tellFrom,
    folding: OffsetTracker.make(plan.from),
    settling: OffsetTracker.make(plan.from),
    epoch: () => epoch,
    isRecovered: () => recovered,
    fail: (reason) => Effect.asVoid(Deferred.fail(failed, reason)),
    append: (record) => Effect.orDie(Effect.retry(log.append(record), { schedule: untilAppended })),
    stopItem: (itemId, detail) => state.stopItem(partition, itemId, detail)
  }
  const sensing = yield* Sensing.make(run)
  const intake = yield* Intake.make(run, partitions, inFlight, sensing)
  const commits = yield* Commits.make(owned, run, plan.from)

  const finishRecovery = Effect.gen(function*() {
    if (epoch === undefined) {
      const fresh = yield* makeEpoch
      yield* waitFor("the store", store.writeMark(partition, { epoch: fresh, checkpoint: run.settling.next() }))
      epoch = fresh
    }
    recovered = true
    yield* intake.startPayments
    yield* state.set(partition, { _tag: "Running" })
  })

  const takeOnce = Effect.gen(function*() {
    const records = yield* waitFor("the log", owned.take(INTAKE_BATCH))
    const now = yield* Clock.currentTimeMillis
    for (const record of records) yield* intake.route(record, now)
  })

  yield* state.clearItems(partition)
  yield* state.set(partition, { _tag: "Recovering", from: plan.from, until: plan.until })
  yield* waitFor("the log", owned.seek(Offset.make(plan.from)))
  const upkeep = Effect.gen(function*() {
    if (!recovered && run.folding.next() >= plan.until) yield* finishRecovery
    yield* commits.commit
    yield* Metric.update(Metrics.partitionOpenOrders(partition), run.settling.open())
  })
  const lookAround = Effect.gen(function*() {
    yield* sensing.lookAround
    yield* intake.sweep
    const { end } = yield* waitFor("the log", owned.bounds)
    yield* Metric.update(Metrics.partitionLag(partition), Math.max(0, end - run.folding.next()))
  })
  yield* Effect.forkScoped(
    Effect.raceFirst(
      Effect.repeat(upkeep, Schedule.spaced(Commits.COMMIT_EVERY)),
      Effect.repeat(lookAround, Schedule.spaced(Sensing.SENSE_EVERY))
    ).pipe(Effect.catch(run.fail))
  )
  yield* Effect.forever(takeOnce).pipe(
    Effect.raceFirst(Deferred.await(failed)),
    Effect.raceFirst(owned.revoked)
  )
  yield* handOver(intake, commits)
})

/** Nothing is taken any more: what is in hand is folded and told, and committed as far as it is final. */
const handOver = Effect.fnUntraced(function*(intake: Intake.Intake, commits: Commits.Commits) {
  yield* Effect.sync(intake.isQuiet).pipe(
    Effect.repeat({ until: (quiet: boolean) => quiet, schedule: Schedule.spaced(HAND_OVER_CHECK) }),
    Effect.timeoutOption(HAND_OVER_WITHIN)
  )
  yield* Effect.ignore(commits.commit)
})

/** Whatever is away makes the worker recover when it is back; a lost partition ends it. */
const waitFor = <A, E extends { readonly _tag: string }>(
  what: string,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, RecoveryNeeded | Extract<E, PartitionLost>> =>
  Effect.mapError(effect, (error) =>
    isLost(error) ? error : new RecoveryNeeded({ why: `${what}: ${describe(error)}` }))

const isLost = <E>(error: E): error is Extract<E, PartitionLost> => error instanceof PartitionLost

const describe = (error: { readonly _tag: string; readonly detail?: string }): string =>
  error.detail === undefined ? error._tag : `${error._tag}, ${error.detail}`

/** The most that one half of an epoch can be. */
const EPOCH_HALF = Number.MAX_SAFE_INTEGER

const makeEpoch = Effect.gen(function*() {
  const [left, right] = [yield* Random.nextIntBetween(0, EPOCH_HALF), yield* Random.nextIntBetween(0, EPOCH_HALF)]
  return `${left.toString(36)}${right.toString(36)}`
})

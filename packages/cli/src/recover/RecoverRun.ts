/** What `flash-sale recover` does, once the stores are known. */
import * as Refill from "@flash-sale/audit/Refill"
import * as Survey from "@flash-sale/audit/Survey"
import { FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Epoch from "@flash-sale/infra/fencing/Epoch"
import type * as Infra from "@flash-sale/infra/Infra"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import * as Check from "@flash-sale/operations/doctor/Check"
import { CALL_ORDERS } from "@flash-sale/processor/item/FoldCallSize"
import { Console, Context, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as TwoStores from "./TwoStores.ts"

/** Records a second on two cores beside Kafka and Redis, for the estimate of a dry run. */
const RATE = 60_000

export type Store = Context.Context<Infra.Items>

/** The log, where the engine's own store is a fold of it. */
export const partitionsOf = (own: Store | undefined) =>
  Target.bounded(own === undefined ? Survey.partitions : Effect.provideContext(Survey.partitions, own))

/** Surveys the log, and refuses it where it is known not to be whole. */
export const surveyed = Effect.fnUntraced(function*(own: Store | undefined) {
  const log = yield* partitionsOf(own)
  const short = own === undefined ? [] : yield* Effect.provideContext(Survey.shorter(log), own)
  const why = [...Survey.cuts(log), ...short, ...(yield* Survey.damages(log))]
  if (why.length > 0) return yield* CommandFailed.failed(...why, "nothing was folded: bring back a log that is whole")
  return log
})

/** Refuses a store that holds anything: what it holds is unknown, and a fold on top of it would not be the fold. */
export const refuseFull = Effect.fnUntraced(function*(target: Store) {
  const { isEmpty, location } = Context.get(target, StoredItems)
  if (yield* isEmpty) return
  return yield* CommandFailed.failed(
    `${location} is not empty, and only an empty one is folded into: nothing was changed`
  )
})

/** Writes down in the store which log it will be a fold of. */
export const nameLog = (topic: string, { length }: ReadonlyArray<Survey.SurveyedPartition>, target: Store) =>
  Effect.provideContext(Effect.flatMap(FoldedLog, ({ write }) => write({ topic, partitions: length })), target)

/** Says what there is to do, and does nothing. */
export const rehearse = (log: ReadonlyArray<Survey.SurveyedPartition>, where: string) => {
  const records = Survey.total(log)
  const seconds = Math.ceil(records / RATE)
  return Console.log(
    `${records} records of ${log.length} partitions would be folded into ${where}: ` +
      `about ${seconds} s at ${RATE} records a second. Nothing was changed`
  )
}

/** Folds the log into the store, and says how that goes. */
export const refill = Effect.fnUntraced(function*(log: ReadonlyArray<Survey.SurveyedPartition>, target: Store) {
  const records = Survey.total(log)
  const begun = yield* Monotonic.now
  let done = 0
  const stopped = yield* Progress.during(
    Refill.run({
      log,
      ordersPerCall: CALL_ORDERS,
      makeEpoch: Epoch.make,
      onFolded: (some) => void (done += some)
    }).pipe(
      Effect.provideContext(target),
      Effect.catchTag(
        "StoreTaken",
        () => CommandFailed.failed("somebody else folds into the same store: it is left to them, as it is")
      )
    ),
    () => Progress.line("records folded", done, records)
  )
  const seconds = Math.max(1, (yield* Monotonic.now) - begun) / 1_000
  const { location } = Context.get(target, StoredItems)
  yield* Console.log(
    `${done} records of ${log.length} partitions folded into ${location} in ${seconds.toFixed(1)} s ` +
      `(${Math.round(done / seconds)} a second)`
  )
  if (stopped.length > 0) return yield* CommandFailed.failed(...stopped)
})

export const compare = Effect.fnUntraced(function*(
  log: ReadonlyArray<Survey.SurveyedPartition>,
  own: Store,
  target: Store
) {
  const { apart, differ, items } = yield* TwoStores.run(
    Context.get(own, StoredItems),
    Context.get(target, StoredItems),
    log.map(({ partition }) => partition)
  )
  yield* Console.log(`${Check.count(items, "item")} compared, ${differ} differ, ${apart} at different offsets`)
  if (differ + apart === 0) return
  return yield* CommandFailed.failed(
    ...(differ > 0 ? [`${differ} items differ`] : []),
    ...(apart > 0 ? [`${apart} items could not be compared: one of both stores is folded further`] : [])
  )
})

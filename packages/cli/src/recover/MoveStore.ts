/** The store's way from the one log to the other: cleared, switched in one step, and folded again. */
import * as ClearStore from "@flash-sale/audit/ClearStore"
import * as Survey from "@flash-sale/audit/Survey"
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { home } from "@flash-sale/domain/records/Partition"
import * as Epoch from "@flash-sale/infra/fencing/Epoch"
import type * as Infra from "@flash-sale/infra/Infra"
import { Console, Context, Effect } from "effect"
import * as Reconcile from "../reconcile/ReconcileRun.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as MoveSurvey from "./MoveSurvey.ts"
import * as RecoverRun from "./RecoverRun.ts"

/**
 * Until the switch the store is a fold of the old log, or a part of one that its processors would complete; from then
 * on the same of the new one. No moment is between the two.
 */
export const run = Effect.fnUntraced(function*(
  source: MoveSurvey.Source,
  to: LogIdentity,
  target: LogReader["Service"]
) {
  yield* switched(source, to).pipe(
    Effect.tapError(() =>
      Console.log(
        `${source.identity.topic} is the log as before, and its processors fold ${source.location} again. ` +
          `${to.topic} is of no use any more: delete it, and name another topic the next time`
      )
    )
  )
  yield* Console.log(`${source.location} is a fold of ${to.topic} from now on`)
  // Nothing else of the context: the reader that is here is that of the old log.
  const store = Context.pick(ItemStore, RecoveryMarks, StoredItems)(yield* Effect.context<Infra.Items>())
  yield* Effect.gen(function*() {
    yield* RecoverRun.refill(yield* Survey.first(to.partitions), store)
    const { differing, unclear } = yield* Reconcile.compare({ item: undefined, apply: false })
    if (differing + unclear > 0) {
      return yield* CommandFailed.failed(`${source.location} is not what ${to.topic} folds to: see above`)
    }
  }).pipe(
    Effect.provideService(LogReader, target),
    Effect.tapError(() =>
      Console.log(
        `Start the services with ORDERS_TOPIC=${to.topic} KAFKA_PARTITIONS=${to.partitions}: ` +
          "processors fold what is missing by themselves"
      )
    )
  )
})

const switched = Effect.fnUntraced(function*(source: MoveSurvey.Source, to: LogIdentity) {
  const move = yield* StoreMove
  const stored = yield* StoredItems
  const offsets = yield* move.forgetOffsets
  yield* ClearStore.clearAll({
    log: source.log,
    itemsOf: itemsOf(source),
    why: `moved to ${to.topic}`,
    makeEpoch: Epoch.make
  }).pipe(
    Effect.catchTag("MarkMoved", () => somebodyFolds)
  )
  const kept = (yield* Effect.forEach(source.log, ({ partition }) => stored.items(partition))).flat()
  yield* Console.log(
    `${source.location} is cleared; ${offsets} statuses stay; ${kept.length} items wait with stock by hand`
  )
  yield* MoveSurvey.refuseRunning
  yield* MoveSurvey.refuseGrown(source)
  yield* move.replaceLog({ from: source.identity, to, kept }).pipe(
    Effect.catchTag("MoveRefused", ({ why }) =>
      why === "Folding"
        ? somebodyFolds
        : CommandFailed.failed(`${source.location} has become a fold of another log meanwhile`))
  )
})

const somebodyFolds = CommandFailed.failed("a processor has begun to fold meanwhile: stop it, and try again")

/** The items of the log by their partition. */
const itemsOf = ({ fold, identity }: MoveSurvey.Source) => {
  const byPartition = Map.groupBy(fold.items.keys(), (itemId) => home(itemId, identity.partitions))
  return (partition: Parameters<typeof byPartition.get>[0]) => byPartition.get(partition) ?? []
}

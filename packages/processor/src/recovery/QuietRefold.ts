/**
 * Folds records again that were published and told before: the calls of several items go to the store together, and no
 * actor is made for them. Of what they ask for only the statuses are written that buyers may still look for. Why:
 * docs/decisions/0062-quiet-refolds.md.
 */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { retention } from "@flash-sale/domain/ports/OrderStatuses"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Clock, Effect, Metric } from "effect"
import type { Action } from "../order/Action.ts"
import { actionsOf } from "../order/Actions.ts"
import type { Message } from "../order/OpenOrder.ts"
import * as OpenOrderBudget from "../order/OpenOrderBudget.ts"
import * as OpenOrders from "../order/OpenOrders.ts"
import * as FoldFailure from "../run/FoldFailure.ts"
import { type PartitionRun, type RecoveryNeeded, refoldFailed } from "../run/PartitionRun.ts"
import * as Unfinished from "./Unfinished.ts"

/** Calls of a partition under way at the same time. */
const CALLS_AT_ONCE = 16

/** A record of an item, with what it says. */
interface Read extends Message {
  readonly offset: number
}

/** One item, as far as it is folded. */
interface Item {
  readonly itemId: ItemId
  /** The orders that are to be paid, of those of which buyers may still ask for a status. */
  readonly open: OpenOrders.OpenOrders
  position: number | undefined
}

/** Records by their item, in the order of the log. */
export type Gathered = ReadonlyMap<Item, ReadonlyArray<Read>>

type Outcomes = ReadonlyArray<RecordOutcome>

export interface QuietRefold {
  /** Reads records, and sorts them by their items. Those that are at home elsewhere, or nowhere, are left out. */
  readonly gather: (records: ReadonlyArray<LogRecord.LogRecord>, takenAt: number) => Gathered
  /**
   * Folds them, and writes statuses. Returns the records of items that cannot be folded, for their actors to say so.
   */
  readonly fold: (gathered: Gathered) => Effect.Effect<ReadonlyArray<LogRecord.LogRecord>, RecoveryNeeded>
  /** What the actors have to read once more in the end. */
  readonly unfinished: Pick<Unfinished.Unfinished, "size" | "records">
}

interface Parts {
  readonly run: PartitionRun
  readonly isHome: (itemId: ItemId) => boolean
  /** The most orders that one call of a fold may name. */
  readonly ordersPerCall: number
  /** Writes the statuses of these actions, as far as they are wanted; `now` in milliseconds since 1970 (UTC). */
  readonly writeStatuses: (actions: ReadonlyArray<Action>, now: number) => Effect.Effect<void, RecoveryNeeded>
}

const NONE: ReadonlyArray<LogRecord.LogRecord> = []

/** The status of an order that is not paid yet is left to its actor. */
const hasStatus = ({ amendment, status }: Action): boolean => status !== undefined || amendment !== undefined

export const make = Effect.fnUntraced(function*(
  { isHome, ordersPerCall, run, writeStatuses }: Parts
): Effect.fn.Return<QuietRefold, never, ItemStore> {
  const { epoch, partition, session } = run
  const store = yield* ItemStore
  const { endedMillis } = yield* retention
  const items = new Map<ItemId, Item>()
  const unfinished = Unfinished.make()

  const gather = (records: ReadonlyArray<LogRecord.LogRecord>, takenAt: number): Gathered => {
    const gathered = new Map<Item, Array<Read>>()
    for (const record of records) {
      const itemId = LogRecord.itemOf(record)
      if (itemId === undefined) continue
      let item = items.get(itemId)
      if (item === undefined) {
        if (!isHome(itemId)) continue
        item = { itemId, open: OpenOrders.make(OpenOrderBudget.make(Infinity)), position: undefined }
        items.set(itemId, item)
      }
      const command = LogRecord.decode(itemId, record)
      const read = { offset: record.offset, record, command, takenAt, isAdmitted: false }
      FoldBatches.add(gathered, item, read)
    }
    return gathered
  }

  /** What the call asks for, where buyers may still look for the status of any of its orders. */
  const actionsIn = ({ itemId, open }: Item, some: ReadonlyArray<Read>, outcomes: Outcomes, now: number) =>
    some.some(({ record }) => record.timestamp + endedMillis > now)
      ? actionsOf(itemId, open, some, outcomes, now).filter(hasStatus)
      : []

  const call = Effect.fnUntraced(function*(item: Item, some: ReadonlyArray<Read>, actions: Array<Action>, now: number) {
    const { itemId, position: expected } = item
    yield* Metric.update(EngineMetrics.foldBatch, some.length)
    const request = { partition, itemId, epoch, session, expected, commands: some, published: [] }
    const { outcomes, summary } = yield* store.fold({ ...request, emitEvents: false })
    yield* FoldFailure.unlessComplete(outcomes, some)
    item.position = summary.position
    for (let n = 0; n < some.length; n++) unfinished.follow(itemId, some[n]!, outcomes[n]!)
    for (const action of actionsIn(item, some, outcomes, now)) actions.push(action)
    yield* Metric.update(Metrics.inventoryOf(partition, itemId), summary.available)
  })

  /** Returns the records that cannot be folded. */
  const foldItem = Effect.fnUntraced(function*(
    item: Item,
    reads: ReadonlyArray<Read>,
    actions: Array<Action>,
    now: number
  ) {
    const calls = FoldBatches.of(reads, ordersPerCall)
    for (const [at, some] of calls.entries()) {
      const isDamaged = yield* call(item, some, actions, now).pipe(
        Effect.as(false),
        Effect.catchTag("ItemDamaged", () => Effect.succeed(true)),
        Effect.mapError(FoldFailure.toRecovery(item.itemId)),
        // The run ends by it.
        Effect.catchDefect((defect) => Effect.andThen(refoldFailed(run, item.itemId)(defect), Effect.never))
      )
      if (isDamaged) return calls.slice(at).flatMap((left) => left.map(({ record }) => record))
    }
    return NONE
  })

  const fold = Effect.fnUntraced(function*(gathered: Gathered) {
    const now = yield* Clock.currentTimeMillis
    const actions: Array<Action> = []
    const left = yield* Effect.forEach(gathered, ([item, reads]) => foldItem(item, reads, actions, now), {
      concurrency: CALLS_AT_ONCE
    })
    if (actions.length > 0) yield* writeStatuses(actions, now)
    return left.flat()
  })

  return { gather, fold, unfinished }
})

/** One partition of the store against the log: each item at the position at which the store holds it. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import { type Mark, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { type StoredItem, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import { Effect, Stream } from "effect"
import * as Differences from "./Differences.ts"
import * as Finding from "./Finding.ts"
import * as PartitionFold from "./PartitionFold.ts"

export interface AuditedPartition {
  readonly partition: PartitionId
  readonly mark: Mark | undefined
  /** How many offsets of the log a store can have folded. */
  readonly records: number
  /** Where the log begins. What came before is gone. */
  readonly start: number
  /** Items that were compared. */
  readonly compared: number
  /** Items that cannot be compared: they have a past before the log's beginning. */
  readonly incomparable: number
  readonly findings: ReadonlyArray<Finding.Finding>
  /** Why nothing could be compared. */
  readonly refused: string | undefined
}

export interface Options {
  readonly partition: PartitionId
  /** How many partitions the log has. */
  readonly count: number
  readonly only: ItemId | undefined
  /** Is called with the number of records that were read since the last call. */
  readonly onRead: (records: number) => void
}

/** Compares the items of a partition. Where its log is damaged it compares none: nobody knows what the log folds to. */
export const run = Effect.fnUntraced(function*(options: Options) {
  const { partition } = options
  const reader = yield* LogReader
  // First the mark, then the items: its checkpoint may lag behind them and never leads.
  const mark = yield* (yield* RecoveryMarks).read(partition)
  const bounds = yield* reader.bounds(partition)
  const { end, start } = bounds
  const empty = { partition, mark, start, records: end - start, compared: 0, incomparable: 0, findings: [] }
  const committed = yield* reader.committed(partition)
  const refused = refusal(bounds, Math.max(mark?.checkpoint ?? 0, committed ?? 0))
  if (refused !== undefined) return { ...empty, refused } satisfies AuditedPartition
  return yield* Effect.catchTag(
    compareItems(options, mark, bounds),
    "LogDamaged",
    (damage) =>
      Effect.succeed<AuditedPartition>({ ...empty, refused: RecoveryPlan.describe(RecoveryPlan.damaged(damage)) })
  )
})

/** Reads the log once, and once more what the store folded in the meantime. */
const compareItems = Effect.fnUntraced(function*(
  { count, only, onRead, partition }: Options,
  mark: Mark | undefined,
  bounds: PartitionBounds
) {
  const reader = yield* LogReader
  const stored = yield* StoredItems
  const { end, start } = bounds
  const fold = PartitionFold.make({ partition, count, checkpoint: mark?.checkpoint, only })
  // Before it records may be missing: an operator accepted that, and the store is the fold of what is left.
  const wholeFrom = Math.min(mark?.wholeFrom ?? 0, end)
  const recordsFrom = (from: number, until: number) =>
    Stream.concat(
      reader.read(partition, from, Math.min(until, wholeFrom), "as is"),
      reader.read(partition, Math.max(from, wholeFrom), until)
    )
  const read = (from: number, until: number) =>
    Stream.runForEach(recordsFrom(from, until), (records) =>
      Effect.gen(function*() {
        yield* know(fold, partition, fold.unknown(records))
        fold.fold(records)
        onRead(records.length)
      }))
  yield* read(bounds.start, bounds.end)
  // Items that the store holds and the log does not name.
  const indexed = only === undefined ? yield* stored.items(partition) : [only]
  yield* know(fold, partition, indexed.filter((itemId) => !fold.items.has(itemId)))

  const findings: Array<Finding.Finding> = []
  let incomparable = 0
  const movedOn: Array<readonly [ItemId, PartitionFold.FoldedItem, StoredItem]> = []
  const compare = (itemId: ItemId, item: PartitionFold.FoldedItem, there: StoredItem, end: number) => {
    const found = Finding.of(itemId, item, there, end, mark?.checkpoint)
    // Where the rest of the log comes to the same state nothing came before it. Where it does not, the log cannot say.
    const isComparable = start === 0 || found.differences.count === 0
    if (!isComparable) incomparable++
    // What is taken away could not be folded again from a log that is trimmed, or has holes.
    const isRepairable = found.isRepairable && start === 0 && wholeFrom === 0
    const finding = { ...found, isRepairable, differences: isComparable ? found.differences : Differences.none }
    if (Finding.differs(finding) || finding.byHand.length > 0) findings.push(finding)
  }
  for (const [itemId, item] of fold.items) {
    const there = yield* stored.read(partition, itemId)
    // The ceiling may have been asked after the end of the log was: the records between them were not read then.
    if (there.position > Math.min(item.ceiling, bounds.end - 1)) movedOn.push([itemId, item, there])
    else compare(itemId, item, there, bounds.end)
  }
  if (movedOn.length > 0) {
    const { end } = yield* reader.bounds(partition)
    const from = Math.min(bounds.end, least(movedOn.map(([, { ceiling }]) => ceiling)) + 1)
    const until = Math.min(end, most(movedOn.map(([, , { position }]) => position)) + 1)
    for (const [itemId, , there] of movedOn) fold.raise(itemId, there.position)
    yield* read(from, until)
    for (const [itemId, item, there] of movedOn) compare(itemId, item, there, end)
  }
  return {
    partition,
    mark,
    start,
    records: end - start,
    compared: fold.items.size - incomparable,
    incomparable,
    findings,
    refused: undefined
  } satisfies AuditedPartition
})

const least = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => Math.min(a, b), Infinity)
const most = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => Math.max(a, b), NOTHING_FOLDED)

const refusal = ({ end }: { readonly end: number }, folded: number) =>
  folded > end
    ? `the log ends at ${end}, but it was folded up to ${folded}: bring back the log that was folded`
    : undefined

const know = Effect.fnUntraced(function*(
  fold: PartitionFold.PartitionFold,
  partition: PartitionId,
  itemIds: ReadonlyArray<ItemId>
) {
  if (itemIds.length === 0) return
  const positions = yield* (yield* StoredItems).positions(partition, itemIds)
  itemIds.forEach((itemId, at) => fold.raise(itemId, positions[at] ?? NOTHING_FOLDED))
})

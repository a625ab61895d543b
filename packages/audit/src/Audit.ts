/** One partition of the store against the log: each item at the position at which the store holds it. */
import { ItemStore, type Mark } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { type StoredItem, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, Stream } from "effect"
import * as Differences from "./Differences.ts"
import * as PartitionFold from "./PartitionFold.ts"
import * as SelfConsistency from "./SelfConsistency.ts"

/** What was found of one item that is worth a line. */
export interface Finding {
  readonly itemId: ItemId
  /** Where both were compared. */
  readonly position: number
  readonly differences: Differences.Differences
  /** What cannot be right, or cannot be compared, in words. */
  readonly wrong: ReadonlyArray<string>
  /** Changes of stock by hand that wait to be recorded: no difference. */
  readonly byHand: ReadonlyArray<string>
  /** Whether folding it again from the log makes it right. */
  repairable: boolean
  /** The last sensed adjustment that the log counts. */
  readonly seq: number
}

export interface AuditedPartition {
  readonly partition: PartitionId
  readonly mark: Mark | undefined
  /** Whether the log holds anything that a store could have folded. */
  readonly records: number
  /** Where the log begins. What came before is gone. */
  readonly start: number
  /** Items that were compared. */
  readonly compared: number
  /** Items with a past before the log's beginning: they were held against their own books only. */
  readonly unfoldable: number
  readonly findings: ReadonlyArray<Finding>
  /** Why nothing could be compared. */
  readonly refused: string | undefined
}

export const differs = ({ differences, wrong }: Finding): boolean => differences.count > 0 || wrong.length > 0

export interface Options {
  readonly partition: PartitionId
  /** How many partitions the log has. */
  readonly count: number
  readonly only: ItemId | undefined
  /** Hears how many records were read. */
  readonly onRead: (records: number) => void
}

/** Compares the items of a partition. Of a log that is damaged nothing is compared: what it folds to is not known. */
export const run = Effect.fnUntraced(function*(options: Options) {
  const { partition } = options
  const mark = yield* (yield* ItemStore).mark(partition)
  const { end, start } = yield* (yield* LogReader).bounds(partition)
  return yield* Effect.catchTag(compare(options), "LogDamaged", (damage) =>
    Effect.succeed<AuditedPartition>({
      partition,
      mark,
      start,
      records: end - start,
      compared: 0,
      unfoldable: 0,
      findings: [],
      refused: RecoveryPlan.describe(RecoveryPlan.damaged(damage))
    }))
})

/** Folds the log once, and once more what the store folded meanwhile. */
const compare = Effect.fnUntraced(function*({ count, only, onRead, partition }: Options) {
  const reader = yield* LogReader
  const stored = yield* StoredItems
  // First the mark, then the items: its checkpoint may lag behind them and never leads.
  const mark = yield* (yield* ItemStore).mark(partition)
  const bounds = yield* reader.bounds(partition)
  const committed = yield* reader.committed(partition)
  const { end, start } = bounds
  const empty = { partition, mark, start, records: end - start, compared: 0, unfoldable: 0, findings: [] }
  const refused = refusal(bounds, Math.max(mark?.checkpoint ?? 0, committed ?? 0))
  if (refused !== undefined) return { ...empty, refused } satisfies AuditedPartition

  const fold = PartitionFold.make({ partition, count, checkpoint: mark?.checkpoint, only })
  const read = (from: number, until: number) =>
    Stream.runForEach(reader.read(partition, from, until), (records) =>
      Effect.gen(function*() {
        yield* know(fold, partition, fold.unknown(records))
        fold.fold(records)
        onRead(records.length)
      }))
  yield* read(bounds.start, bounds.end)
  // What the store holds without a word of it in the log.
  const indexed = only === undefined ? yield* stored.items(partition) : [only]
  yield* know(fold, partition, indexed.filter((itemId) => !fold.items.has(itemId)))

  const findings: Array<Finding> = []
  let unfoldable = 0
  const movedOn: Array<readonly [ItemId, PartitionFold.FoldedItem, StoredItem]> = []
  const compare = (itemId: ItemId, item: PartitionFold.FoldedItem, there: StoredItem, end: number) => {
    const found = findingOf(itemId, item, there, end, mark?.checkpoint)
    // What the log still says came to the same state, so there is nothing before it; else nobody can tell.
    const isFoldable = start === 0 || found.differences.count === 0
    if (!isFoldable) unfoldable++
    const finding = isFoldable ? found : byOwnBooks(found, there)
    // A fold that is taken away could not be folded again.
    if (start > 0) finding.repairable = false
    if (differs(finding) || finding.byHand.length > 0) findings.push(finding)
  }
  for (const [itemId, item] of fold.items) {
    const there = yield* stored.read(partition, itemId)
    // Its ceiling may have been asked for after the log's end was: what lies between was not read then.
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
    ...empty,
    compared: fold.items.size - unfoldable,
    unfoldable,
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

/** Of an item whose past is gone: what contradicts itself in the store. */
const byOwnBooks = (found: Finding, there: StoredItem): Finding => ({
  ...found,
  differences: { kept: [], count: 0 },
  wrong: [...found.wrong, ...SelfConsistency.wrong(there.dump)]
})

const know = Effect.fnUntraced(function*(
  fold: PartitionFold.PartitionFold,
  partition: PartitionId,
  itemIds: ReadonlyArray<ItemId>
) {
  if (itemIds.length === 0) return
  const positions = yield* (yield* StoredItems).positions(partition, itemIds)
  itemIds.forEach((itemId, at) => fold.raise(itemId, positions[at] ?? NOTHING_FOLDED))
})

const findingOf = (
  itemId: ItemId,
  item: PartitionFold.FoldedItem,
  there: StoredItem,
  end: number,
  checkpoint: number | undefined
): Finding => {
  const isShort = there.position >= end
  const isBack = there.position < item.ceiling
  const isBehind = there.position < item.lastKnown
  const wrong = [
    ...there.damages,
    ...(isShort ? [`the store has folded it up to ${there.position}, but the log ends at ${end}`] : []),
    ...(isBack ? [`it went back from ${item.ceiling} to ${there.position} while it was compared: look again`] : []),
    ...(!isBack && isBehind
      ? [`the store holds it at ${there.position}, but everything up to ${item.lastKnown} is said to be folded`]
      : []),
    ...(item.stopped === undefined ? [] : [`the log itself stops it ${item.stopped}`]),
    ...(there.position > NOTHING_FOLDED && !there.indexed ? ["the index of its partition does not name it"] : [])
  ]
  // An answer that is told is gone from the store, and may stand there a little longer.
  const isExpected = (name: string, side: "left" | "right") =>
    !Differences.isUntold(name) ||
    (side === "right" && checkpoint !== undefined && Number(name.slice("untold ".length)) >= checkpoint)
  return {
    itemId,
    position: there.position,
    differences: isBack ? { kept: [], count: 0 } : Differences.between(
      ItemDump.entries(item.state),
      there.dump,
      isExpected
    ),
    wrong,
    byHand: there.byHand,
    repairable: !isShort && !isBack && item.stopped === undefined,
    seq: item.state.item.seq
  }
}

/** Clearing a store of all that was folded, while nothing folds into it. */
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { CLEAR_AT_ONCE, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Chunks from "@flash-sale/domain/records/Chunks"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect } from "effect"
import type { SurveyedPartition } from "./Survey.ts"

/**
 * Clears the embedded file in the place of an engine, partition after partition, each with its mark in one step: where
 * this ends half-way, the next engine folds what is missing. `makeEpoch` draws the name of a recovery that none has had
 * before.
 */
export const clear = Effect.fnUntraced(
  function*(log: ReadonlyArray<SurveyedPartition>, makeEpoch: Effect.Effect<string>) {
    const marks = yield* RecoveryMarks
    const stored = yield* StoredItems
    for (const { partition } of log) {
      // A recovery that was cut short has an epoch as well.
      const epoch = yield* Recovery.join(partition, yield* marks.read(partition), makeEpoch)
      const items = yield* stored.items(partition)
      yield* stored.clear(partition, epoch, items.map((itemId) => ({ itemId, seq: 0, why: "recover" }))).pipe(
        // Nothing else folds here while this process holds the engine's lock.
        Effect.catchTag("MarkMoved", Effect.die)
      )
    }
  }
)

/** What is cleared of a Redis, and why: the items that the log names, beside those that the indexes name. */
export interface Everything {
  readonly log: ReadonlyArray<SurveyedPartition>
  readonly itemsOf: (partition: PartitionId) => ReadonlyArray<ItemId>
  readonly why: string
  readonly makeEpoch: Effect.Effect<string>
}

/**
 * Clears a Redis, some items at a time, and leaves no mark. Stock changed by hand that no record explains yet stays,
 * under the number that it has. Fails with `MarkMoved` where somebody folds after all.
 */
export const clearAll = Effect.fnUntraced(function*({ itemsOf, log, makeEpoch, why }: Everything) {
  const marks = yield* RecoveryMarks
  const stored = yield* StoredItems
  for (const { partition } of log) {
    const items = [...new Set([...yield* stored.items(partition), ...itemsOf(partition)])]
    const chunks = Chunks.of(items, CLEAR_AT_ONCE, () => 1)
    for (const some of chunks.length === 0 ? [[]] : chunks) {
      const epoch = yield* Recovery.join(partition, yield* marks.read(partition), makeEpoch)
      const clearings = yield* Effect.forEach(
        some,
        (itemId) => Effect.map(seqOf(partition, itemId), (seq) => ({ itemId, seq, why }))
      )
      yield* stored.clear(partition, epoch, clearings)
    }
  }
})

/** The last external edit that the store counts. */
const seqOf = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
  const { dump: { head: { seq } } } = yield* (yield* StoredItems).read(partition, itemId)
  return ItemDump.isDamaged(seq) ? 0 : seq
})

/** The names of all items that there are, for what is done about every one of them. */
import { MAX_PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as ItemList from "./ItemList.ts"

/** Partitions that are looked at together. */
const LOOKS_AT_ONCE = 32

/** The items that there are. */
export interface Listed {
  readonly names: ReadonlySet<ItemId>
  /** Partitions that are not folded to their end: there may be items of theirs that nobody knows yet. */
  readonly incomplete: ReadonlyArray<PartitionId>
}

/** The partitions whose items the store does not all know now. */
const incompletePartitions = Effect.gen(function*() {
  const log = yield* OrderLog
  const marks = yield* RecoveryMarks
  const partitions = Array.from({ length: yield* log.partitions }, (_, at) => PartitionId.make(at))
  const found = yield* Effect.forEach(
    partitions,
    (partition) => Effect.map(marks.read(partition), (mark) => mark === undefined ? [partition] : []),
    { concurrency: LOOKS_AT_ONCE }
  )
  return found.flat()
})

/** The names of all items, each once. */
const allNames = Effect.gen(function*() {
  const names = new Set<ItemId>()
  let cursor: string | undefined
  do {
    const page: Effect.Success<ReturnType<typeof ItemList.names>> = yield* Effect.catchTag(
      ItemList.names({ cursor, limit: MAX_PAGE }),
      "InvalidCursor",
      Effect.die
    )
    for (const { itemId } of page.itemIds) names.add(itemId)
    cursor = page.next
  } while (cursor !== undefined)
  return names
})

/**
 * All items that there are. An item that somebody begins meanwhile may be left out. Changes nothing. Waits until the
 * log is there; the caller bounds that.
 */
export const list: Effect.Effect<Listed, ItemList.ListError, ItemStore | OrderLog | RecoveryMarks> = Effect.gen(
  function*() {
    // Before the names are read: a fold that ends in between leaves none out.
    const incomplete = yield* incompletePartitions
    return { names: yield* allNames, incomplete }
  }
)

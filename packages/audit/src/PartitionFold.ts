/**
 * The fold of one partition in memory, by the domain's own rules. Each item is folded up to a ceiling, the position at
 * which the store holds it, so that both can be compared at the same place while processors fold on.
 *
 * **Details**: holds the items of one partition: each order that ever held units, and the last ids that were rejected.
 */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { HashMap } from "effect"

/** One item of the partition. */
export interface FoldedItem {
  state: Fold.Folded
  /** Records up to here are folded. */
  ceiling: number
  /** The item's last record before the checkpoint: a store that carries the mark has folded it. */
  lastKnown: number
  /** Where and why folding on would break the item; nothing after that is folded. */
  stopped: string | undefined
}

export interface PartitionFold {
  readonly items: ReadonlyMap<ItemId, FoldedItem>
  /** Items in these records that have no ceiling yet. */
  readonly unknown: (records: ReadonlyArray<LogRecord.LogRecord>) => ReadonlyArray<ItemId>
  /** Sets the ceiling of an item, or raises it. */
  readonly raise: (itemId: ItemId, ceiling: number) => void
  /** Folds what lies between the state of its item and its ceiling. */
  readonly fold: (records: ReadonlyArray<LogRecord.LogRecord>) => void
}

export interface Options {
  readonly partition: PartitionId
  /** How many partitions the log has. */
  readonly count: number
  /** Of the store's mark: what is before it is folded and published. Undefined where there is no mark. */
  readonly checkpoint: number | undefined
  /** Only this item, where there is one. */
  readonly only: ItemId | undefined
}

export const make = ({ checkpoint, count, only, partition }: Options): PartitionFold => {
  const items = new Map<ItemId, FoldedItem>()

  /** The item of a record that is folded in this partition. */
  const itemOf = (record: LogRecord.LogRecord): ItemId | undefined => {
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined || (only !== undefined && itemId !== only)) return undefined
    return items.has(itemId) || home(itemId, count) === partition ? itemId : undefined
  }

  const foldOne = (itemId: ItemId, item: FoldedItem, record: LogRecord.LogRecord): void => {
    const { offset } = record
    if (checkpoint !== undefined && offset < checkpoint) item.lastKnown = Math.max(item.lastKnown, offset)
    if (offset > item.ceiling || offset <= item.state.position || item.stopped !== undefined) return
    const commands = [{ offset, command: LogRecord.decode(itemId, record) }]
    const result = Fold.fold(item.state, { expected: undefined, commands, published: [] })
    if (result._tag === "Stopped") item.stopped = `at offset ${offset}: ${result.detail}`
    if (result._tag === "Folded") item.state = forgetting(result.state, checkpoint)
  }

  return {
    items,
    unknown: (records) => {
      const found = new Set<ItemId>()
      for (const record of records) {
        const itemId = itemOf(record)
        if (itemId !== undefined && !items.has(itemId)) found.add(itemId)
      }
      return [...found]
    },
    raise: (itemId, ceiling) => {
      const there = items.get(itemId)
      if (there !== undefined) there.ceiling = Math.max(there.ceiling, ceiling)
      else items.set(itemId, { state: Fold.nothing, ceiling, lastKnown: NOTHING_FOLDED, stopped: undefined })
    },
    fold: (records) => {
      for (const record of records) {
        const itemId = itemOf(record)
        const item = itemId === undefined ? undefined : items.get(itemId)
        if (itemId !== undefined && item !== undefined) foldOne(itemId, item, record)
      }
    }
  }
}

/** Without the answers that are published, so that memory does not grow with the log. */
const forgetting = ({ item, position, unpublished }: Fold.Folded, checkpoint: number | undefined): Fold.Folded => ({
  item,
  position,
  // Before the checkpoint all are published. Without a mark that is unknown, and they are not compared.
  unpublished: checkpoint === undefined || position < checkpoint ? HashMap.empty() : unpublished
})

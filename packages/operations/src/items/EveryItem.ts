/** A change of the sale of every item that there is: all of them paused, or none any more. */
import { MAX_PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as ItemList from "./ItemList.ts"
import * as SaleChange from "./SaleChange.ts"

/** Changes that are appended at the same time. */
const AT_ONCE = 128
/** Partitions that are looked at together. */
const LOOKS_AT_ONCE = 32
/** Failures in a row after which the others are not tried: the log is away, and each try takes seconds. */
const MAX_FAILURES_IN_A_ROW = 64

/**
 * Why an item's change failed.
 *
 * - `not_recorded`: it is not in the log, and nothing changed.
 * - `outcome_unknown`: nobody knows whether it is in the log.
 * - `not_tried`: so many before it failed that nothing was tried.
 */
export type FailureCode = "not_recorded" | "outcome_unknown" | "not_tried"

export interface FailedItem {
  readonly itemId: ItemId
  readonly code: FailureCode
}

export interface EveryResult {
  /** Items that there were. */
  readonly total: number
  /** Those of which the change is in the log. It takes effect in order with their orders. */
  readonly done: number
  readonly failed: ReadonlyArray<FailedItem>
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
 * Appends the change for each item, and goes on where one fails. An item that somebody begins meanwhile may be left
 * out. `onDone` hears how many are done by now. All items are listed before the first is changed: where they cannot be
 * listed to the end, none is.
 */
export const change = Effect.fn("EveryItem.change")(function*(
  patch: SalePatch,
  operator: Operator,
  onDone: (count: number) => void = () => {}
): Effect.fn.Return<EveryResult, ItemList.ListError, ItemStore | OrderLog | RecoveryMarks> {
  // Before the names are read: a fold that ends in between leaves none out.
  const incomplete = yield* incompletePartitions
  const names = yield* allNames
  let inARow = 0
  let done = 0
  const changeOne = Effect.fnUntraced(function*(itemId: ItemId) {
    if (inARow >= MAX_FAILURES_IN_A_ROW) return [{ itemId, code: "not_tried" as const }]
    const failure = yield* tryOne(itemId, patch, operator)
    if (failure !== undefined) {
      inARow++
      return [failure]
    }
    inARow = 0
    onDone(++done)
    return []
  })
  const failed = (yield* Effect.forEach(names, changeOne, { concurrency: AT_ONCE })).flat()
  return { total: names.size, done, failed, incomplete }
})

/** Why it failed; undefined where it did not. */
const tryOne = (itemId: ItemId, patch: SalePatch, operator: Operator) =>
  Effect.match(SaleChange.append(itemId, patch, operator), {
    onSuccess: (): FailedItem | undefined => undefined,
    onFailure: (error): FailedItem | undefined => ({
      itemId,
      code: error._tag === "AppendUnknown" ? "outcome_unknown" : "not_recorded"
    })
  })

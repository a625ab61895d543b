/** A change of the sale of every item that there is: all of them paused, or none any more. */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { Effect } from "effect"
import * as Cursor from "../paging/Cursor.ts"
import * as ItemList from "./ItemList.ts"
import * as SaleChange from "./SaleChange.ts"

/** Changes that are appended at the same time. */
const AT_ONCE = 128
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
}

/**
 * Appends the change for each item, and goes on where one fails. An item that somebody begins meanwhile may be left
 * out. `onDone` hears how many are done by now.
 */
export const change = Effect.fn("EveryItem.change")(function*(
  patch: SalePatch,
  operator: Operator,
  onDone: (count: number) => void = () => {}
): Effect.fn.Return<EveryResult, ItemList.ListError, ItemStore | OrderLog> {
  const seen = new Set<ItemId>()
  let inARow = 0
  const changeOne = (itemId: ItemId) =>
    Effect.suspend(() =>
      inARow >= MAX_FAILURES_IN_A_ROW
        ? Effect.succeed<FailedItem>({ itemId, code: "not_tried" })
        : Effect.map(tryOne(itemId, patch, operator), (failure) => {
          inARow = failure === undefined ? 0 : inARow + 1
          return failure
        })
    )
  const failed: Array<FailedItem> = []
  let cursor: string | undefined
  do {
    const page: Effect.Success<ReturnType<typeof ItemList.names>> = yield* Effect.catchTag(
      ItemList.names({ cursor, limit: Cursor.MAX_PAGE }),
      "InvalidCursor",
      Effect.die
    )
    const fresh = page.itemIds.map(({ itemId }) => itemId).filter((itemId) => !seen.has(itemId))
    for (const itemId of fresh) seen.add(itemId)
    const results = yield* Effect.forEach(fresh, changeOne, { concurrency: AT_ONCE })
    failed.push(...results.flatMap((result) => result ?? []))
    onDone(seen.size - failed.length)
    cursor = page.next
  } while (cursor !== undefined)
  return { total: seen.size, done: seen.size - failed.length, failed }
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

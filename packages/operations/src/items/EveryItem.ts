/** A change of the sale of every item that there is: all of them paused, or none any more. */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { type Duration, Effect } from "effect"
import * as WithinTime from "../append/WithinTime.ts"
import type { Listed } from "./AllItems.ts"
import * as SaleChange from "./SaleChange.ts"

/** Changes that are appended at the same time. */
const AT_ONCE = 128
/** Failures in a row after which the others are not tried: the log is away, and each try takes seconds. */
const MAX_FAILURES_IN_A_ROW = 64
/** How long one item's change may take until nobody knows whether it was made. */
const ONE_WITHIN: Duration.Input = "10 seconds"

/**
 * Why an item's change failed.
 *
 * - `not_recorded`: it is not in the log, and nothing changed.
 * - `outcome_unknown`: nobody knows whether it is in the log.
 * - `not_tried`: so many before it failed, or the time was over, that nothing was tried.
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
  /** As `Listed` has it. */
  readonly incomplete: ReadonlyArray<PartitionId>
}

/** How it is done. */
export interface Options {
  /** The time for all of them; without an end where it is absent. What was not begun by then is `not_tried`. */
  readonly within?: Duration.Input
  /** Hears how many are done by now. */
  readonly onDone?: (count: number) => void
}

/**
 * Appends the change for each item, and goes on where one fails: what was done is never lost in an error. All items
 * are listed before the first is changed, by `AllItems.list`: where they cannot be listed to the end, none is.
 */
export const change = Effect.fn("EveryItem.change")(function*(
  { incomplete, names }: Listed,
  patch: SalePatch,
  operator: Operator,
  { onDone = () => {}, within }: Options = {}
): Effect.fn.Return<EveryResult, never, OrderLog | ItemStore> {
  let inARow = 0
  let done = 0
  const changeOne = Effect.fnUntraced(function*(itemId: ItemId) {
    if (inARow >= MAX_FAILURES_IN_A_ROW) return "not_tried" as const
    const code = yield* tryOne(itemId, patch, operator)
    if (code === undefined) {
      inARow = 0
      onDone(++done)
    } else inARow++
    return code
  })
  const all = [...names]
  const standings = yield* WithinTime.each(all, changeOne, { atOnce: AT_ONCE, within })
  const failed = all.flatMap((itemId, at): ReadonlyArray<FailedItem> => {
    const code = codeOf(standings[at])
    return code === undefined ? [] : [{ itemId, code }]
  })
  return { total: all.length, done, failed, incomplete }
})

/** Why an item's change failed; undefined where it did not. */
const codeOf = (standing: WithinTime.Standing<FailureCode | undefined> | undefined): FailureCode | undefined => {
  switch (standing?._tag) {
    case "Ended":
      return standing.value
    case "Begun":
      return "outcome_unknown"
    default:
      return "not_tried"
  }
}

const tryOne = (itemId: ItemId, patch: SalePatch, operator: Operator) =>
  SaleChange.append(itemId, patch, operator).pipe(
    Effect.match({
      onSuccess: (): FailureCode | undefined => undefined,
      onFailure: (error): FailureCode | undefined => error._tag === "AppendUnknown" ? "outcome_unknown" : "not_recorded"
    }),
    Effect.timeoutOrElse({
      duration: ONE_WITHIN,
      orElse: () => Effect.succeed<FailureCode | undefined>("outcome_unknown")
    })
  )

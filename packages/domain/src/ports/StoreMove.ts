/**
 * Having a store become the fold of another log: for `flash-sale recover --repartition`, while nothing folds. Decision
 * 0031.
 */
import { Context, Data, type Effect } from "effect"
import type { ItemId } from "../records/Ids.ts"
import type { LogIdentity } from "./FoldedLog.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Move {
  /** The log that the store is a fold of until now. */
  readonly from: LogIdentity
  readonly to: LogIdentity
  /** Items without a fold that wait with a change of stock by hand: the indexes of their new homes name them. */
  readonly kept: ReadonlyArray<ItemId>
}

/**
 * Nothing was changed. `Folding`: a partition carries a mark, so somebody folds. `OtherLog`: the store is not a fold of
 * `from`.
 */
export class MoveRefused extends Data.TaggedError("MoveRefused")<{
  readonly why: "Folding" | "OtherLog"
}> {}

export class StoreMove extends Context.Service<StoreMove, {
  /**
   * Takes the placing offset out of every status that has one. A status without it gives way to any that a fold of the
   * order's own attempt publishes, by whichever log. Returns how many were changed; changes nothing a second time.
   */
  readonly forgetOffsets: Effect.Effect<number, StoreUnavailable>
  /**
   * Names another log in the place of the present one, in one step, once every item and mark is cleared: from then on
   * the store is an empty fold of that log. What is known of the present log's partitions goes.
   */
  readonly replaceLog: (move: Move) => Effect.Effect<void, StoreUnavailable | MoveRefused>
}>()("@flash-sale/domain/ports/StoreMove") {}

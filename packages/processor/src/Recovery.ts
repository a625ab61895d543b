/**
 * Every start is a recovery: where to begin folding, decided from what the log, the consumer group and the store say.
 *
 * The store may have lost its last writes, or everything; the log is the truth. Folding again what was folded changes
 * nothing, so beginning early is always safe and beginning late never is.
 */
import type { Mark } from "@flash-sale/domain/ItemStore"
import type { PartitionBounds } from "@flash-sale/domain/OrderLog"
import { Effect, Random } from "effect"

/** What is known at a start. `committed` is undefined where the group has never committed. */
export interface Known {
  readonly bounds: PartitionBounds
  readonly committed: number | undefined
  readonly mark: Mark | undefined
}

/**
 * - `Fold`: take from `from`. What is before `tellFrom` was told already. Until everything before `until` is folded no
 *   payment is started.
 * - `Refuse`: the log cannot give what is missing; guessing would lose or double orders.
 */
export type Plan =
  | { readonly _tag: "Fold"; readonly from: number; readonly tellFrom: number; readonly until: number }
  | { readonly _tag: "Refuse"; readonly detail: string }

export const plan = ({ bounds, committed, mark }: Known): Plan => {
  const tellFrom = committed ?? bounds.start
  const wanted = mark === undefined ? 0 : Math.min(tellFrom, mark.checkpoint)
  if (mark !== undefined && mark.checkpoint > bounds.end) {
    return refuse(`the log ends at ${bounds.end}, but the store has folded it up to ${mark.checkpoint}`)
  }
  if (committed !== undefined && committed > bounds.end) {
    return refuse(`the log ends at ${bounds.end}, but the group has committed ${committed}`)
  }
  if (wanted < bounds.start) {
    return refuse(`the log begins at ${bounds.start}, but the store needs it from ${wanted} on`)
  }
  return { _tag: "Fold", from: wanted, tellFrom, until: bounds.end }
}

const refuse = (detail: string): Plan => ({ _tag: "Refuse", detail })

/** The most that one half of an epoch can be. */
const EPOCH_HALF = Number.MAX_SAFE_INTEGER

/** A name for a recovery that nobody has used before. */
export const makeEpoch: Effect.Effect<string> = Effect.gen(function*() {
  const [left, right] = [yield* Random.nextIntBetween(0, EPOCH_HALF), yield* Random.nextIntBetween(0, EPOCH_HALF)]
  return `${left.toString(36)}${right.toString(36)}`
})

/**
 * Every start is a recovery: where to begin folding, decided from what the log, the consumer group and the store say.
 *
 * The store may have lost its last writes, or everything; the log is the truth. Folding again what was folded changes
 * nothing, so beginning early is always safe and beginning late never is.
 */
import * as Digest from "@flash-sale/domain/Digest"
import type { Accepted, Mark, Seen } from "@flash-sale/domain/ItemStore"
import type { LogRecord } from "@flash-sale/domain/LogRecord"
import type { PartitionBounds } from "@flash-sale/domain/OrderLog"
import type { PartitionId } from "@flash-sale/domain/Partition"
import { Effect, Random } from "effect"

/** What is known at a start. `committed` is undefined where the group has never committed. */
export interface Known {
  readonly bounds: PartitionBounds
  readonly committed: number | undefined
  readonly mark: Mark | undefined
  /** What somebody accepted in place of the log that was folded; counts where there is no mark. */
  readonly accepted: Accepted | undefined
}

/**
 * - `Fold`: take from `from`. What is before `tellFrom` was told already. Until everything before `until` is folded no
 *   payment is started. With `setBack` the group goes on at `tellFrom`, whatever it has committed.
 * - `Refuse`: the log cannot give what is missing; guessing would lose or double orders.
 */
export type Plan =
  | {
    readonly _tag: "Fold"
    readonly from: number
    readonly tellFrom: number
    readonly until: number
    readonly setBack: boolean
  }
  | { readonly _tag: "Refuse"; readonly detail: string }

export const plan = ({ accepted, bounds, committed, mark }: Known): Plan => {
  if (mark === undefined && accepted !== undefined) return planAccepted(bounds, accepted)
  const tellFrom = committed ?? bounds.start
  const wanted = mark === undefined ? 0 : Math.min(tellFrom, mark.checkpoint)
  const known = mark === undefined ? 0 : Math.max(mark.checkpoint, (mark.seen?.offset ?? -1) + 1)
  if (known > bounds.end) {
    return refuse(`the log ends at ${bounds.end}, but the store has folded it up to ${known}`)
  }
  if (committed !== undefined && committed > bounds.end) {
    return refuse(`the log ends at ${bounds.end}, but the group has committed ${committed}`)
  }
  if (wanted < bounds.start) {
    return refuse(`the log begins at ${bounds.start}, but the store needs it from ${wanted} on`)
  }
  return { _tag: "Fold", from: wanted, tellFrom, until: bounds.end, setBack: false }
}

const planAccepted = ({ end, start }: PartitionBounds, { from, told }: Accepted): Plan => {
  if (from < start) return refuse(`the log begins at ${start}, but was accepted from ${from} on`)
  if (Math.max(from, told) > end) {
    return refuse(`the log ends at ${end}, but reached ${Math.max(from, told)} when it was accepted`)
  }
  return { _tag: "Fold", from, tellFrom: told, until: end, setBack: true }
}

const refuse = (detail: string): Plan => ({ _tag: "Refuse", detail })

/**
 * The offset of the record by which the log is recognised, where it can be: of one that was trimmed nobody can say
 * what stood there.
 */
export const toRecognise = ({ bounds, mark }: Pick<Known, "bounds" | "mark">): Seen | undefined =>
  mark?.seen !== undefined && mark.seen.offset >= bounds.start ? mark.seen : undefined

/** Why this is not the log that was folded, by the first record at or after the one that was seen. */
export const differs = ({ digest, offset }: Seen, found: LogRecord | undefined): string | undefined => {
  if (found?.offset !== offset) return `the log does not hold record ${offset} any more, which the store has folded`
  if (Digest.of(found) === digest) return undefined
  return `the log holds another record at ${offset} than the one that the store has folded: it was cut and written on`
}

/** What to do about a refusal, in one line. */
export const remedy = (partition: PartitionId): string =>
  "bring back the log and the store that fit each other, or accept the log as it is: " +
  `flash-sale recover --accept-log --partition ${partition}`

/** The most that one half of an epoch can be. */
const EPOCH_HALF = Number.MAX_SAFE_INTEGER

/** A name for a recovery that nobody has used before. */
export const makeEpoch: Effect.Effect<string> = Effect.gen(function*() {
  const [left, right] = [yield* Random.nextIntBetween(0, EPOCH_HALF), yield* Random.nextIntBetween(0, EPOCH_HALF)]
  return `${left.toString(36)}${right.toString(36)}`
})

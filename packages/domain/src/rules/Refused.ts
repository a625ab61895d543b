/**
 * How many orders an item has turned away, by reason: those that are rejected without ever holding units, each as often
 * as `rejectedCount` counts it. A later attempt of an order that held units is none of them. Nothing is decided by it.
 *
 * **Details**: an older build counts no reasons. Of what it has folded the total is known alone, so the counts together
 * may be fewer than the total, until the item is folded again from the log.
 */
import { type Item, type RefusedCounts, REJECTION_REASONS, type RejectionReason } from "./Item.ts"

/** The counts as they are shown: `unknown` are those that were turned away for a reason that nobody has counted. */
export type Refused = RefusedCounts & { readonly unknown?: number }

type Counted = Pick<Item, "refused" | "rejectedCount">

/** One more. */
export const add = (counts: RefusedCounts, reason: RejectionReason): RefusedCounts => ({
  ...counts,
  [reason]: (counts[reason] ?? 0) + 1
})

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

/** All that the item has turned away: together as many as `rejectedCount` says. */
export const of = ({ refused, rejectedCount }: Counted): Refused => {
  const unknown = rejectedCount - sum(refused)
  return unknown > 0 ? { ...refused, unknown } : refused
}

/**
 * Whether two sides may both be right about an item that has turned away `rejectedCount` orders: what one of them does
 * not know may be what the other one has counted.
 */
export const agree = (here: RefusedCounts, there: RefusedCounts, rejectedCount: number): boolean =>
  sum(Object.fromEntries(
    REJECTION_REASONS.map((reason) => [reason, Math.max(here[reason] ?? 0, there[reason] ?? 0)])
  )) <= rejectedCount

/** As stores keep it: the counts in the order of `REJECTION_REASONS`. Empty where nobody was turned away. */
export const write = (counts: RefusedCounts): string =>
  sum(counts) === 0 ? "" : REJECTION_REASONS.map((reason) => counts[reason] ?? 0).join(" ")

const TEXT = /^[\d ]*$/

/** Undefined where it is no such text. Further numbers are those of reasons that a later build knows. */
export const read = (text: string): RefusedCounts | undefined => {
  if (!TEXT.test(text)) return undefined
  const numbers = (text.match(/\d+/g) ?? []).map(Number)
  return Object.fromEntries(
    REJECTION_REASONS.flatMap((reason, at) => {
      const count = numbers[at] ?? 0
      return count === 0 ? [] : [[reason, count]]
    })
  )
}

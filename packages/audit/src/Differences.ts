/** Comparing two pictures of an item, entry by entry, and saying in words where they differ. */
import type { ItemDump } from "@flash-sale/domain/rules/ItemDump"

/** One entry that is not the same on both sides; undefined where a side has none. */
export interface Difference {
  readonly name: string
  readonly left: string | undefined
  readonly right: string | undefined
}

/** Differences of one item that are kept; the rest is counted. */
export const KEPT = 20

export interface Differences {
  readonly kept: ReadonlyArray<Difference>
  readonly count: number
}

export const none: Differences = { kept: [], count: 0 }

export const isUntold = (name: string): boolean => name.startsWith("untold ")

/** What differs, but for those entries of one side alone of which nothing is expected. */
export const between = (
  left: Iterable<readonly [string, string]>,
  right: ItemDump,
  isExpected: (name: string, side: "left" | "right") => boolean = () => true
): Differences => {
  const kept: Array<Difference> = []
  let count = 0
  const add = (difference: Difference): void => {
    count++
    if (kept.length < KEPT) kept.push(difference)
  }
  const seen = new Set<string>()
  for (const [name, text] of left) {
    seen.add(name)
    const other = right.get(name)
    if (other === text || (other === undefined && !isExpected(name, "left"))) continue
    add({ name, left: text, right: other })
  }
  for (const [name, text] of right) {
    if (!seen.has(name) && isExpected(name, "right")) add({ name, left: undefined, right: text })
  }
  return { kept, count }
}

/** One line for each difference. */
export const lines = ({ count, kept }: Differences, left: string, right: string): ReadonlyArray<string> => [
  ...kept.map((one) => `  ${one.name}: ${left} ${textOf(one.name, one.left)}, ${right} ${textOf(one.name, one.right)}`),
  ...(count > kept.length ? [`  and ${count - kept.length} more`] : [])
]

const ORDER_WORDS = 9

const textOf = (name: string, text: string | undefined): string => {
  if (text === undefined) return "nothing"
  const words = text.split(" ")
  if (!name.startsWith("order ") || words.length !== ORDER_WORDS) return JSON.stringify(text)
  const [state, user, amount, attempt, place, capped, price, currency, reason] = words
  const rest = [
    capped === "-" ? "" : " capped",
    price === "-" ? "" : ` at ${price} ${currency}`,
    reason === "-" ? "" : ` (${reason})`
  ]
  return `${state} ${amount} for ${user}, attempt ${attempt}, placed at ${place}${rest.join("")}`
}

/** Comparing what two sides hold of an item, entry by entry. */
import { type Head, isDamaged, type ItemDump } from "@flash-sale/domain/rules/ItemDump"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { Equal } from "effect"
import { HEAD_KEYS, type Kind, MAP_KINDS, nameOf, shown, type Value } from "./EntryWords.ts"

/** One entry that is not the same on both sides. */
export interface Difference {
  readonly kind: Kind
  readonly key: string
  readonly left: Value
  readonly right: Value
}

/** Differences of one item that are kept; the rest is counted. */
export const KEPT = 20

export interface Differences {
  readonly kept: ReadonlyArray<Difference>
  readonly count: number
}

export const none: Differences = { kept: [], count: 0 }

type Side = "left" | "right"

/**
 * What differs. An answer that is not published is kept until it is: where one side alone keeps the answer to a record,
 * `isUnpublishedWrong` says whether that is a difference.
 */
export const between = (
  left: ItemDump,
  right: ItemDump,
  isUnpublishedWrong: (offset: number, side: Side) => boolean
): Differences => {
  const kept: Array<Difference> = []
  let count = 0
  const add = (difference: Difference): void => {
    count++
    if (kept.length < KEPT) kept.push(difference)
  }
  const isRight = (kind: Kind, key: string, side: Side) =>
    kind === "unpublished" && !isUnpublishedWrong(Number(key), side)
  for (const key of HEAD_KEYS) {
    if (isSame(key, left.head, right.head)) continue
    add({ kind: "head", key, left: left.head[key], right: right.head[key] })
  }
  for (const kind of MAP_KINDS) {
    const there: ReadonlyMap<string, Value> = right[kind]
    for (const [key, value] of left[kind]) {
      const other = there.get(key)
      if (Equal.equals(value, other) || (other === undefined && isRight(kind, key, "left"))) continue
      add({ kind, key, left: value, right: other })
    }
  }
  for (const kind of MAP_KINDS) {
    for (const [key, value] of right[kind]) {
      if (left[kind].has(key) || isRight(kind, key, "right")) continue
      add({ kind, key, left: undefined, right: value })
    }
  }
  return { kept, count }
}

/** What an older build has not counted is no difference. */
const isSame = (key: keyof Head, left: Head, right: Head): boolean => {
  if (Equal.equals(left[key], right[key])) return true
  if (key !== "refused" || isDamaged(left.refused) || isDamaged(right.refused)) return false
  const [here, there] = [left.rejectedCount, right.rejectedCount]
  return !isDamaged(here) && !isDamaged(there) && Refused.agree(left.refused, right.refused, Math.max(here, there))
}

/** One line for each difference. */
export const lines = ({ count, kept }: Differences, left: string, right: string): ReadonlyArray<string> => [
  ...kept.map((one) =>
    `  ${nameOf(one.kind, one.key)}: ${left} ${shown(one.kind, one.left)}, ${right} ${shown(one.kind, one.right)}`
  ),
  ...(count > kept.length ? [`  and ${count - kept.length} more`] : [])
]

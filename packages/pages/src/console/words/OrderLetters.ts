/** The dead letter of an order, by the order's history. Pure. */
import type { LetterRow, OrderDetails } from "../calls/Wire.ts"

type Entry = OrderDetails["history"][number]

/** A letter as far as an order's history tells of it. */
export interface OrderLetter {
  readonly id: string
  readonly reason: LetterRow["reason"]
  /** Whether nobody has handled it. */
  readonly isOpen: boolean
}

const PUT = "letter.put"
const HANDLED: ReadonlyArray<string> = ["letter.replayed", "letter.discarded"]

/** The id as operators have it: where its record is in the log, and which log that was where it was another. */
export const letterIdOf = ({ data, offset, partition }: Entry): string => {
  const { topic } = (data ?? {}) as { readonly topic?: unknown }
  const place = `${partition}-${offset}`
  return typeof topic === "string" ? `${topic}/${place}` : place
}

/** The last letter of an order; undefined where there was none. */
export const letterOf = (history: ReadonlyArray<Entry>): OrderLetter | undefined => {
  const put = history.findLast(({ type }) => type === PUT)
  if (put === undefined) return undefined
  const id = letterIdOf(put)
  const isHandled = history.some((entry) => HANDLED.includes(entry.type) && letterIdOf(entry) === id)
  const { error } = put.data as { readonly error: LetterRow["reason"] }
  return { id, reason: error, isOpen: !isHandled }
}

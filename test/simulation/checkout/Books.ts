/**
 * Which way an order may go, and which units move with it: written down a second time, so that a wrong step of the
 * ledger cannot hide behind itself.
 */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { HeldOrder, Item } from "@flash-sale/domain/rules/Item"
import type { Course } from "./Course.ts"
import * as Courses from "./Course.ts"

/** Units on sale, held, sold, and put in: by how many times the order's amount each changes. */
type Move = readonly [available: number, held: number, sold: number, stocked: number]

const NONE: Move = [0, 0, 0, 0]
const HOLD: Move = [-1, 1, 0, 0]
const RELEASE: Move = [1, -1, 0, 0]
const SELL: Move = [0, -1, 1, 0]
const moves: Readonly<Record<string, Move>> = {
  "new open": HOLD,
  "new held": HOLD,
  "open held": NONE,
  "open sold": SELL,
  "open released": RELEASE,
  "held sold": SELL,
  "held voiding": NONE,
  "held released": RELEASE,
  "voiding released": RELEASE,
  "sold refunding": NONE,
  "released held": HOLD,
  "released released": NONE
}

const ofRefund = ({ reason }: HeldOrder): Move => reason === "restocked" ? [1, 0, -1, 0] : [0, 0, -1, -1]

const moveOf = (before: HeldOrder | undefined, after: HeldOrder): Move | undefined => {
  const isRefund = after.state === "refunded" && (before?.state === "sold" || before?.state === "refunding")
  return isRefund ? ofRefund(after) : moves[`${before?.state ?? "new"} ${after.state}`]
}

const counts = ({ available, held, sold, stocked }: Item) => [available, held, sold, stocked] as const

/** What moved otherwise than it may. Changes of stock move units by themselves, and are left out. */
export const wrong = (course: Course): ReadonlyArray<string> =>
  course.flatMap(({ after, before, command, offset, outcomes }) => {
    if (command._tag === "Adjust") return []
    const expected = [...counts(before)]
    const problems: Array<string> = []
    const seen = new Set<RequestId>()
    for (const { requestId } of outcomes) {
      if (requestId === undefined || seen.has(requestId)) continue
      seen.add(requestId)
      const [was, is] = [Courses.orderIn(before, requestId), Courses.orderIn(after, requestId)]
      if (is === undefined || is === was) continue
      const move = moveOf(was, is)
      if (move === undefined) problems.push(`${requestId} went from ${was?.state} to ${is.state} at ${offset}`)
      else move.forEach((times, at) => (expected[at]! += times * is.amount))
    }
    const found = counts(after)
    return found.every((units, at) => units === expected[at])
      ? problems
      : [...problems, `the units at ${offset} are ${found.join()}, and should be ${expected.join()}`]
  })

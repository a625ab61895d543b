/** Judges holds and refunds: what may be hoarded, what is overdue, and what buyers have still to get back. Pure. */
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { Finding } from "../Check.ts"
import * as Check from "../Check.ts"
import * as Units from "../Units.ts"
import type { HoldsFacts } from "./HoldsLook.ts"

export interface Facts {
  readonly holds: Looked.Looked<HoldsFacts>
  /** Open letters of payments without an order. */
  readonly refundsDue: Looked.Looked<number>
}

/** Items that one line names. */
const NAMED = 4

/** Where not everything was seen there may be more. */
const atLeast = ({ isAll }: HoldsFacts): string => isAll ? "" : "at least "

const limit = ({ holds }: Facts): Finding =>
  Check.judged("holds.limit", holds, (facts) => {
    const { items, unlimited } = facts
    const [first] = unlimited
    if (first === undefined) {
      return Check.ok(
        "holds.limit",
        `no item with holds is without one, of ${atLeast(facts)}${Check.count(items, "item")}`
      )
    }
    const more = unlimited.length > NAMED ? ", …" : ""
    return Check.warning(
      "holds.limit",
      `${unlimited.slice(0, NAMED).join(", ")}${more}: a buyer may hold everything, and pays for nothing`,
      `flash-sale sale limit ${first} 2`
    )
  })

const overdue = ({ holds }: Facts): Finding =>
  Check.judged("holds.overdue", holds, (facts) =>
    facts.overdue === 0
      ? Check.ok("holds.overdue", "none")
      : Check.warning(
        "holds.overdue",
        `${atLeast(facts)}${Check.count(facts.overdue, "hold")} past its time, the oldest for ` +
          Units.age(facts.oldestMillis),
        "see that a processor runs and takes their partitions: flash-sale overview"
      ))

const waiting = ({ holds }: Facts): Finding =>
  Check.judged("refunds.waiting", holds, (facts) =>
    facts.refundsWaiting === 0
      ? Check.ok("refunds.waiting", "none")
      : Check.warning(
        "refunds.waiting",
        `${atLeast(facts)}${Check.count(facts.refundsWaiting, "refund")} not done by the payment provider yet`,
        "where the provider never can, the same order refund as before, with --by-hand --reference REFERENCE"
      ))

const due = ({ refundsDue }: Facts): Finding =>
  Check.judged("refunds.due", refundsDue, (count) =>
    count === 0
      ? Check.ok("refunds.due", "none")
      : Check.warning(
        "refunds.due",
        `${Check.count(count, "payment")} for which there is no order`,
        "flash-sale dlq list --reason payment-without-order; pay them back, then dlq discard"
      ))

/** All findings on holds and refunds. */
export const judge = (
  facts: Facts
): ReadonlyArray<Finding> => [limit(facts), overdue(facts), waiting(facts), due(facts)]

/** What buyers were told of each attempt, whatever the store forgets: a status only moves forwards. */
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import { isFinal, type OrderStatus, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"

/** The words in the order in which an attempt may come to them: none is left for one before it. */
const STEPS: ReadonlyArray<ReadonlyArray<OrderStatus>> = [
  ["PENDING"],
  ["RESERVED"],
  ["COMPLETED", "FAILED_SOLD_OUT", "FAILED_LIMIT", "FAILED_PAYMENT", "FAILED", "CANCELLED", "EXPIRED"],
  ["REFUNDED"]
]

const stepOf = ({ confirmed, status }: StatusRecord): number =>
  STEPS.findIndex((words) => words.includes(status)) + (confirmed === true ? 0.5 : 0)

/** Whether one final word may follow another of the same attempt, once a store has forgotten the latter. */
const isSameEnd = (one: OrderStatus, other: OrderStatus): boolean =>
  one === other || (["COMPLETED", "REFUNDED"].includes(one) && ["COMPLETED", "REFUNDED"].includes(other))

export interface Told {
  /** Notes a status that takes the place of `current`, and says what is wrong with that. */
  readonly note: (current: StatusRecord | undefined, next: StatusRecord) => ReadonlyArray<string>
  /** What was kept of the charge when the buyer was told first that it is given back. */
  readonly keptAtRefund: (requestId: string, attempt: number) => number | undefined
}

/** `kept` says what is kept under the key of a charge. */
export const make = (kept: (key: string) => number): Told => {
  const ends = new Map<string, OrderStatus>()
  const refunds = new Map<string, number>()
  // Of a record that could not be understood nobody knows whose order it was: another may take its place.
  const nameOf = ({ attempt, fingerprint, placedAtOffset, requestId }: StatusRecord) =>
    `${requestId} ${attempt} ${placedAtOffset} ${fingerprint}`

  const backwards = (current: StatusRecord | undefined, next: StatusRecord): ReadonlyArray<string> => {
    if (current === undefined || nameOf(current) !== nameOf(next)) return []
    const isBack = stepOf(next) < stepOf(current) || (next.refundDue?.length ?? 0) < (current.refundDue?.length ?? 0)
    return isBack ? [`${next.requestId} was ${current.status} and became ${next.status}`] : []
  }

  const otherEnd = (next: StatusRecord): ReadonlyArray<string> => {
    if (!isFinal(next.status)) return []
    const name = nameOf(next)
    const before = ends.get(name)
    ends.set(name, next.status)
    return before === undefined || isSameEnd(before, next.status)
      ? []
      : [`${name} was told to be ${before}, and then to be ${next.status}`]
  }

  return {
    note: (current, next) => {
      const { attempt, itemId, requestId } = next
      const refund = `${requestId} ${attempt}`
      if (next.status === "REFUNDED" && !refunds.has(refund)) {
        refunds.set(refund, kept(chargeKey(itemId, requestId, attempt)))
      }
      return [...backwards(current, next), ...otherEnd(next)]
    },
    keptAtRefund: (requestId, attempt) => refunds.get(`${requestId} ${attempt}`)
  }
}

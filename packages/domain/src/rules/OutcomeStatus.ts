/** What buyers see of an outcome: the word of its status, and why. */
import * as Moment from "../records/Moment.ts"
import type { OrderStatus, StatusRecord } from "../records/OrderStatus.ts"
import type { OrderOutcome } from "./Outcome.ts"

/** The status that buyers see; undefined where there is nothing (left) to publish. */
export const status = (order: Pick<OrderOutcome, "state" | "reason">): OrderStatus | undefined => {
  switch (order.state) {
    case "open":
    case "held":
    case "voiding":
      return "RESERVED"
    case "sold":
    case "refunding":
      return "COMPLETED"
    case "refunded":
      return "REFUNDED"
    case "released":
    case "rejected":
      return failure(order.reason)
    case "unreadable":
      return "FAILED"
    case "unknown":
      return undefined
  }
}

const failure = (reason: OrderOutcome["reason"]): OrderStatus => {
  switch (reason) {
    case "sold_out":
      return "FAILED_SOLD_OUT"
    case "limit":
      return "FAILED_LIMIT"
    case "declined":
    case "timeout":
      return "FAILED_PAYMENT"
    case "cancelled":
      return "CANCELLED"
    case "expired":
      return "EXPIRED"
    default:
      return "FAILED"
  }
}

type Progress = Pick<StatusRecord, "expiresAt" | "confirmed" | "refund">
const NO_PROGRESS: Progress = {}

/**
 * How far an order is within its status: when its hold expires, whether a hold is confirmed and not paid yet, and
 * whether its money is on its way back.
 */
export const progress = ({ hold, open, state }: Pick<OrderOutcome, "state" | "hold" | "open">): Progress => {
  if (state === "open") {
    return open?.dueAt === undefined ? NO_PROGRESS : { expiresAt: Moment.isoOf(open.dueAt) }
  }
  if (state === "refunding") return { refund: "pending" }
  const isConfirmed = (state === "held" || state === "voiding") && hold?.confirmedAtOffset !== undefined
  return isConfirmed ? { confirmed: true } : NO_PROGRESS
}

/** The `reason` in the status, in words for the buyer; undefined where the status word says it all. */
export const reasonText = (order: Pick<OrderOutcome, "state" | "reason">): string | undefined => {
  if (order.state === "unreadable") return "Invalid Order Format"
  if (order.state !== "released" && order.state !== "rejected") return undefined
  switch (order.reason) {
    case "declined":
      return "Payment Declined"
    case "timeout":
      return "Payment Timeout"
    case "not_open":
      return "Sale Not Open"
    case "closed":
      return "Sale Closed"
    case "paused":
      return "Sale Paused"
    case "limit":
      return "Limit Per Buyer"
    case "sold_out":
      return "Sold Out"
    default:
      return undefined
  }
}

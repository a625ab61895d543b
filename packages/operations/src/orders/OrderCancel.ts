/** Cancelling an order: an open hold at once, a held one once its charge is void. Pure. */
import { Command } from "@flash-sale/domain/records/Command"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import type { FoundOrder } from "./FoundOrder.ts"
import { type Judgement, wordOf } from "./Judgement.ts"
import type { OrderChange } from "./OrderChange.ts"

const ofLedger = (order: HeldOrder): Judgement => {
  const status = wordOf(order)
  switch (order.state) {
    case "open":
    case "held":
      return { _tag: "Ready", attempt: order.attempt }
    case "voiding":
      return order.reason === "cancelled"
        ? { _tag: "Standing", attempt: order.attempt, status, waits: true }
        : { _tag: "Conflict", code: "order_failed", status }
    case "released":
      if (order.reason === "cancelled") return { _tag: "Standing", attempt: order.attempt, status, waits: false }
      return { _tag: "Conflict", code: order.reason === "expired" ? "expired" : "order_failed", status }
    case "sold":
    case "refunding":
      return { _tag: "Conflict", code: "already_completed", status }
    case "refunded":
      return { _tag: "Conflict", code: "already_refunded", status }
  }
}

/** An attempt that is in the log and not in the ledger yet is cancelled behind it. */
const judge = ({ known: { order }, status }: FoundOrder): Judgement => {
  if (status?.status === "PENDING" && status.attempt > (order?.attempt ?? 0)) {
    return { _tag: "Ready", attempt: status.attempt }
  }
  return order === undefined
    ? { _tag: "Conflict", code: "order_failed", status: status?.status ?? "FAILED" }
    : ofLedger(order)
}

export const change: OrderChange = {
  judge,
  command: ({ attempt, requestId }) => Command.Cancel({ requestId, attempt })
}

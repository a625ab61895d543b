/** What is written of an order for its buyer. */
import { fingerprint } from "@flash-sale/domain/records/Order"
import type { OrderStatus, StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { Offset } from "@flash-sale/domain/records/Partition"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import { DateTime } from "effect"
import type { OpenOrder } from "./OpenOrder.ts"

/** The status of an order after a fold. `updatedAt` is ISO 8601 in UTC. */
export const of = (
  { command, itemId }: OpenOrder,
  outcome: Pick<Outcome.OrderOutcome, "state" | "reason" | "attempt" | "placedAtOffset" | "userId" | "amount">,
  status: OrderStatus,
  updatedAt: string
): StatusRecord => {
  const reason = OutcomeStatus.reasonText(outcome)
  const amount = outcome.amount ?? command.order.amount
  return {
    requestId: command.order.requestId,
    itemId,
    amount,
    status,
    ...(reason === undefined ? {} : { reason }),
    attempt: outcome.attempt,
    correlationId: command.correlationId,
    updatedAt,
    fingerprint: fingerprint({ userId: outcome.userId ?? command.order.userId, itemId, amount }),
    // An offset that the log gave.
    placedAtOffset: outcome.placedAtOffset as Offset
  }
}

/** The status of an order that is held: all of it is known from its record. */
export const reserved = (order: OpenOrder): StatusRecord => {
  const { attempt, order: { amount, userId } } = order.command
  const outcome = {
    state: "held",
    reason: undefined,
    attempt,
    placedAtOffset: order.record.offset,
    userId,
    amount
  } as const
  return of(order, outcome, "RESERVED", DateTime.formatIso(DateTime.makeUnsafe(order.heldAt)))
}

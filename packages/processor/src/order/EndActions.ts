/** What is to be done about orders that a record ends, or begins to end: by their payment, or as a hold. */
import type { ExpiredHold } from "@flash-sale/domain/records/checkout/Checkout"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { traceOf } from "@flash-sale/domain/records/LogRecord"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import type { OrderTrace } from "@flash-sale/domain/records/OrderTrace"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action } from "./Action.ts"
import * as FinalActions from "./FinalActions.ts"
import type { Message } from "./OpenOrder.ts"
import type { Fold } from "./PlaceActions.ts"
import * as StatusRecords from "./StatusRecords.ts"

/** Of an order that is open here and was settled, cancelled or given up. Any other is not this worker's to finish. */
export const moved = ({ now, open }: Fold, order: Outcome.OrderOutcome): Action | undefined => {
  if (order.requestId === undefined) return undefined
  const held = open.get(order.requestId)
  const status = OutcomeStatus.status(order)
  if (held === undefined || status === undefined || held.placedAtOffset !== order.placedAtOffset) return undefined
  if (isFinal(status)) {
    open.remove(held)
    return { ...FinalActions.ofOrder(held, order, status, now.text), closed: held }
  }
  if (order.state !== "voiding" || held.voiding) return undefined
  held.voiding = true
  return { voidCharge: held }
}

/** The hold is over without having been confirmed: what is told, also where the record is read again. */
export const ended = (
  { itemId, now }: Fold,
  { record }: Message,
  requestId: RequestId,
  trace: OrderTrace,
  order: Outcome.OrderOutcome
): Action => {
  const known = StatusRecords.inLedger(itemId, requestId, trace, order)
  const status = OutcomeStatus.status(order)
  if (known === undefined || status === undefined) return { ended: requestId }
  const action = { ended: requestId, status: StatusRecords.of(known, order, status, now.text), toldBy: record }
  return !order.changed ? action : {
    ...action,
    finished: {
      requestId,
      correlationId: known.correlationId,
      traceparent: order.open?.traceparent ?? trace.traceparent,
      status,
      reason: OutcomeStatus.reasonText(order),
      isHold: true,
      // The minutes of a buyer, and not the engine's.
      takenAt: undefined,
      acceptedAt: undefined,
      recordOffset: record.offset
    }
  }
}

/**
 * The same action, where the order is found by what its status says, as neither ledger nor record say it: the record is
 * another caller's, and what was kept while the order was open is gone.
 */
export const asFound = ({ status, ...others }: Action, { open }: Outcome.OrderOutcome): Action =>
  status === undefined
    ? others
    : { ...others, ...(open === undefined ? { amendment: StatusRecords.amending(status) } : { status }) }

/** Whether it is the end of a hold that was open, for this reason. */
export const isEnd = ({ hold, reason, state }: Outcome.OrderOutcome, why: "expired" | "cancelled"): boolean =>
  state === "released" && reason === why && hold !== undefined

/** Of a hold whose time was said to be over. */
export const expired = (
  fold: Fold,
  message: Message,
  { correlationId, requestId }: ExpiredHold,
  order: Outcome.OrderOutcome,
  fresh: boolean
): Action | undefined => {
  // Too early by the record's own time: it is still open.
  if (order.state === "open") return undefined
  return isEnd(order, "expired") && (order.changed || !fresh)
    ? ended(fold, message, requestId, { correlationId }, order)
    : { ended: requestId }
}

/** Of a hold that was open when it was cancelled. */
export const cancelled = (
  fold: Fold,
  message: Message,
  order: Outcome.OrderOutcome,
  fresh: boolean
): Action | undefined =>
  order.requestId !== undefined && isEnd(order, "cancelled") && (order.changed || !fresh)
    ? asFound(ended(fold, message, order.requestId, traceOf(message.record), order), order)
    : undefined

/** What is to be done about orders whose sale is given back. */
import type { Command, Settlement } from "@flash-sale/domain/records/Command"
import { traceOf } from "@flash-sale/domain/records/LogRecord"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action } from "./Action.ts"
import * as HoldActions from "./HoldActions.ts"
import type { KnownOrder, Message } from "./OpenOrder.ts"
import type { Fold } from "./PlaceActions.ts"
import * as StatusRecords from "./StatusRecords.ts"

type Refund = Extract<Command, { readonly _tag: "Refund" }>

/** The order's attempt is refunded, or will be: what is told, also where the record is read again. */
const told = (fold: Fold, message: Message, known: KnownOrder, order: Outcome.OrderOutcome): Action => {
  const { requestId } = known
  const step = order.changed && order.state === "refunded" ? HoldActions.stepOf("refunded", message, known) : {}
  return {
    ...statusOf(fold, message, known, order),
    ...(order.state === "refunding" ? { refunding: known } : { refunded: requestId }),
    ...step
  }
}

const recordOf = ({ now }: Fold, known: KnownOrder, order: Outcome.OrderOutcome): StatusRecord | undefined => {
  const status = OutcomeStatus.status(order)
  return status === undefined ? undefined : StatusRecords.of(known, order, status, now.text)
}

const statusOf = (fold: Fold, { record }: Message, known: KnownOrder, order: Outcome.OrderOutcome): Action => {
  const status = recordOf(fold, known, order)
  return status === undefined ? {} : { status, toldBy: record }
}

const isRefund = ({ state }: Outcome.OrderOutcome): boolean => state === "refunding" || state === "refunded"

/** A waiting refund holds up no commit: it is kept with the fold. */
export const refunded = (
  fold: Fold,
  message: Message,
  command: Refund,
  order: Outcome.OrderOutcome,
  fresh: boolean
): Action => {
  const done = { done: message.record.offset }
  const known = StatusRecords.inLedger(fold.itemId, command.requestId, traceOf(message.record), order)
  const isTold = (order.changed || !fresh) && isRefund(order) && order.attempt === command.attempt
  return known === undefined || !isTold ? done : { ...told(fold, message, known, order), ...done }
}

/** Of a refund whose charge is voided now. */
export const settled = (
  fold: Fold,
  message: Message,
  { attempt, outcome, requestId }: Settlement,
  order: Outcome.OrderOutcome,
  fresh: boolean
): Action | undefined => {
  if (outcome !== "voided" || order.state !== "refunded" || order.attempt !== attempt) return undefined
  const known = StatusRecords.inLedger(fold.itemId, requestId, traceOf(message.record), order)
  if (known === undefined) return undefined
  if (order.changed) return told(fold, message, known, order)
  if (fresh) return undefined
  const made = recordOf(fold, known, order)
  if (made === undefined) return undefined
  return { amendment: StatusRecords.amending(made), toldBy: message.record, refunded: requestId }
}

/** What is to be done about a record that confirms a hold, or tells of its payment. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { Command } from "@flash-sale/domain/records/Command"
import { traceOf } from "@flash-sale/domain/records/LogRecord"
import { ownerIn } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import type { OrderTrace } from "@flash-sale/domain/records/OrderTrace"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action, Amendment } from "./Action.ts"
import * as EndActions from "./EndActions.ts"
import * as FinalActions from "./FinalActions.ts"
import * as HoldActions from "./HoldActions.ts"
import * as MakeDeadLetter from "./MakeDeadLetter.ts"
import type { KnownOrder, Message } from "./OpenOrder.ts"
import * as PlaceActions from "./PlaceActions.ts"
import type { Fold } from "./PlaceActions.ts"
import * as StatusRecords from "./StatusRecords.ts"

type Confirm = Extract<Command, { readonly _tag: "Confirm" }>

/** Whether the record at the offset is the one by which this attempt at the order was confirmed. */
const isWonBy = ({ hold, isReused, placedAtOffset }: Outcome.OrderOutcome, offset: number): boolean =>
  !isReused && hold?.confirmedAtOffset === offset && placedAtOffset < offset

export const confirmed = (
  fold: Fold,
  message: Message,
  command: Confirm,
  order: Outcome.OrderOutcome,
  fresh: boolean
): Action => {
  const { requestId } = command
  const { offset } = message.record
  const known = StatusRecords.inLedger(fold.itemId, requestId, traceOf(message.record), order)
  const status = OutcomeStatus.status(order)
  if (known !== undefined && status !== undefined && isWonBy(order, offset)) {
    const action = EndActions.asFound(won(fold, message, command, known, order, status), order)
    return order.changed ? { ...action, ...HoldActions.stepOf("confirmed", message, known) } : action
  }
  fold.open.skip(message)
  const letter = !order.isRefundDue ? {} : {
    letter: letterOf(message, command, known, order, fold.now.text),
    letterTrace: command.traceparent
  }
  const reused = order.isReused && known !== undefined && status !== undefined
    ? { reused: PlaceActions.reusedBy({ ...known, ...traceOf(message.record) }, offset, status) }
    : {}
  return { ...lost(fold, message, command, order, fresh), ...letter, ...reused, done: offset }
}

/** It is charged from now on, and its record is done when it is final; or it is paid for already. */
const won = (
  fold: Fold,
  message: Message,
  { at, paymentToken, requestId }: Confirm,
  known: KnownOrder,
  order: Outcome.OrderOutcome,
  status: StatusRecord["status"]
): Action => {
  const { now, open } = fold
  const { record, takenAt } = message
  const metadata = order.open?.metadata
  if (PlaceActions.isBeingPaid(order)) {
    const kept = { paymentToken, metadata, acceptedAt: at, heldAt: now.millis }
    const own = PlaceActions.openOrderOf(known, message, kept, order)
    const action = { status: StatusRecords.reserved(own), toldBy: record, ended: requestId }
    // Else it is read again when there is room.
    return open.keep(message, own) ? { ...action, held: own } : action
  }
  const action = FinalActions.ofOrder({ ...known, record, takenAt, acceptedAt: at, metadata }, order, status, now.text)
  return { ...PlaceActions.final(fold, message, order, action), ended: requestId }
}

/** What is told of an order that this record did not confirm: nothing where it has changed nothing. */
const lost = (
  fold: Fold,
  message: Message,
  { requestId }: Confirm,
  order: Outcome.OrderOutcome,
  fresh: boolean
): Action => {
  if (fresh && !order.changed && !order.isRefundDue) return {}
  const trace = traceOf(message.record)
  if (order.userId === undefined) {
    return order.isRefundDue ? { amendment: dueOf(fold, requestId, order), toldBy: message.record } : {}
  }
  const action = EndActions.isEnd(order, "expired")
    ? EndActions.ended(fold, message, requestId, trace, order)
    : standing(fold, message, requestId, order)
  return EndActions.asFound(action, order)
}

const standing = (
  fold: Fold,
  message: Message,
  requestId: Confirm["requestId"],
  order: Outcome.OrderOutcome
): Action => {
  const known = StatusRecords.inLedger(fold.itemId, requestId, traceOf(message.record), order)
  const status = OutcomeStatus.status(order)
  return known === undefined || status === undefined ? {} : {
    status: StatusRecords.of(known, order, status, fold.now.text),
    toldBy: message.record,
    ...(isFinal(status) ? { ended: requestId } : {})
  }
}

/** Of an order that never held units the ledger knows no more: its status is told again, with what is due. */
const dueOf = ({ itemId, now }: Fold, requestId: Confirm["requestId"], order: Outcome.OrderOutcome): Amendment => ({
  requestId,
  amend: (found) =>
    found?.itemId !== itemId ? undefined : {
      ...found,
      ...StatusRecords.refundDue(order.refundsDue, ownerIn(found.fingerprint)),
      updatedAt: now.text
    }
})

/** Of a payment that did not complete its order. A person pays it back. */
const letterOf = (
  message: Message,
  { attempt, requestId }: Confirm,
  known: (KnownOrder & OrderTrace) | undefined,
  order: Outcome.OrderOutcome,
  now: string
): DeadLetter => {
  const { correlationId } = traceOf(message.record)
  const letter = MakeDeadLetter.of(
    message.record,
    "Payment Without Order",
    requestId,
    correlationId,
    known?.attempt ?? attempt ?? 1,
    now
  )
  return known === undefined || order.isReused
    ? letter
    : { ...letter, ...MakeDeadLetter.chargedOf(order), ...MakeDeadLetter.orderOf(known) }
}

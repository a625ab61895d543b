/** What is to be done about a record that holds units. */
import type { Command } from "@flash-sale/domain/records/Command"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action, CheckoutStep } from "./Action.ts"
import * as FinalActions from "./FinalActions.ts"
import type { KnownOrder, Message } from "./OpenOrder.ts"
import * as PlaceActions from "./PlaceActions.ts"
import type { Fold } from "./PlaceActions.ts"
import * as StatusRecords from "./StatusRecords.ts"

type Hold = Extract<Command, { readonly _tag: "Hold" }>

/** What is counted and logged of the record, where it has changed the order: not where it is read again. */
export const stepOf = (
  step: CheckoutStep["step"],
  { record: { offset }, takenAt }: Message,
  { correlationId, requestId, traceparent }: KnownOrder
): Pick<Action, "step"> => ({ step: { step, requestId, correlationId, traceparent, takenAt, offset } })

/** A hold's record is done once what became of it then is told: who confirms it, or ends it, is another record. */
export const held = (fold: Fold, message: Message, command: Hold, order: Outcome.OrderOutcome): Action => {
  const { record, takenAt } = message
  const status = OutcomeStatus.status(order)
  if (status === undefined) return { done: record.offset }
  const known = StatusRecords.placedBy(command.order, command, true, order)
  if (order.placedAtOffset !== record.offset) {
    return PlaceActions.secondRecord(fold, message, known, order, status)
  }
  if (order.state === "rejected") {
    const { acceptedAt, metadata } = command
    return FinalActions.ofOrder({ ...known, record, takenAt, acceptedAt, metadata }, order, status, fold.now.text)
  }
  const { correlationId, requestId } = known
  const dueAt = order.state === "open" ? order.open?.dueAt : undefined
  return {
    status: StatusRecords.of(known, order, status, fold.now.text),
    toldBy: record,
    done: record.offset,
    ...(dueAt === undefined ? { ended: requestId } : { opened: { requestId, correlationId, dueAt } }),
    ...(order.changed ? stepOf("held", message, known) : {})
  }
}

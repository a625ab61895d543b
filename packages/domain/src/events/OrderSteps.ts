/**
 * Which step of an order a record tells. Judged by the ledger alone, so that a record that is read again tells what it
 * told before: docs/decisions/0050-order-events.md. Pure.
 */
import type { Command } from "../records/Command.ts"
import { isRejectionReason } from "../rules/Item.ts"
import type { OrderOutcome, RecordOutcome } from "../rules/Outcome.ts"
import type { Step } from "./EventId.ts"
import type { OrderEventType } from "./OrderEvent.ts"

/** One step that is told. `isTurnedAway`: the order has never held units. */
export interface ToldStep {
  readonly type: Exclude<OrderEventType, "order.refund_due">
  readonly step: Step
  readonly isTurnedAway?: true
}

export type Of<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

/** The record by which the order is asked about: its offset, and whether it was folded for the first time. */
export type Read = Pick<RecordOutcome, "offset" | "fresh">

const RESERVED: ToldStep = { type: "order.reserved", step: 1 }
const CONFIRMED: ToldStep = { type: "order.confirmed", step: 2 }
const COMPLETED: ToldStep = { type: "order.completed", step: 3 }
const FAILED: ToldStep = { type: "order.failed", step: 3 }
const EXPIRED: ToldStep = { type: "order.expired", step: 3 }
const CANCELLED: ToldStep = { type: "order.cancelled", step: 3 }
const REFUNDED: ToldStep = { type: "order.refunded", step: 4 }
const TURNED_AWAY: ToldStep = { ...FAILED, isTurnedAway: true }

/**
 * Whether the record may have moved this attempt. Of one that is folded for the first time the fold says so; one that
 * is read again is one of those behind the attempt's place that ask for it.
 */
export const mayHaveMoved = (order: OrderOutcome, attempt: number | undefined, { fresh, offset }: Read): boolean =>
  fresh ? order.changed : order.placedAtOffset < offset && (attempt === undefined || attempt === order.attempt)

/**
 * Whether a cancelled order was an open hold, which `cancel` ends at once: nothing was to be voided. A later attempt is
 * none, though it keeps how the hold was confirmed.
 */
export const wasNeverConfirmed = ({ attempt, hold }: OrderOutcome): boolean =>
  attempt === 1 && hold !== undefined && hold.confirmedAtOffset === undefined

/** A repetition of an order that was turned away is turned away as well, under its own place. */
const ofPlaced = (order: OrderOutcome, { offset }: Read, isHold: boolean): ToldStep | undefined => {
  if (order.placedAtOffset !== offset || order.isReused) return undefined
  if (order.state === "rejected") return TURNED_AWAY
  if (isHold) return order.hold === undefined ? undefined : RESERVED
  return order.state === "released" && isRejectionReason(order.reason) ? FAILED : undefined
}

const isExpired = ({ hold, reason, state }: OrderOutcome): boolean =>
  state === "released" && reason === "expired" && hold !== undefined

const ofConfirmed = (order: OrderOutcome, { attempt }: Of<"Confirm">, read: Read): ToldStep | undefined => {
  if (order.isReused || !mayHaveMoved(order, attempt, read)) return undefined
  if (order.hold?.confirmedAtOffset === read.offset) {
    return order.hold.reference === undefined ? CONFIRMED : COMPLETED
  }
  return isExpired(order) ? EXPIRED : undefined
}

const SOLD: ReadonlyArray<OrderOutcome["state"]> = ["sold", "refunding", "refunded"]

const ofSettled = (
  order: OrderOutcome,
  { attempt, outcome }: Of<"Settle">["settlements"][number],
  read: Read
): ToldStep | undefined => {
  const { hold, reason, state } = order
  if (!mayHaveMoved(order, attempt, read) || read.offset <= (hold?.confirmedAtOffset ?? -1)) return undefined
  switch (outcome) {
    case "paid":
      return SOLD.includes(state) && hold?.reference === undefined ? COMPLETED : undefined
    case "declined":
      return state === "released" && reason === "declined" ? FAILED : undefined
    case "voided":
      if (state === "refunded") return REFUNDED
      if (state !== "released" || wasNeverConfirmed(order)) return undefined
      return reason === "timeout" ? FAILED : reason === "cancelled" ? CANCELLED : undefined
  }
}

/** The step that the record tells of the `n`th order that it names; undefined where it tells none. */
export const of = (command: Command, n: number, order: OrderOutcome, read: Read): ToldStep | undefined => {
  switch (command._tag) {
    case "Place":
      return ofPlaced(order, read, false)
    case "Hold":
      return ofPlaced(order, read, true)
    case "Confirm":
      return ofConfirmed(order, command, read)
    case "Expire":
      return mayHaveMoved(order, command.orders[n]?.attempt, read) && isExpired(order) ? EXPIRED : undefined
    case "Settle": {
      const settlement = command.settlements[n]
      return settlement === undefined ? undefined : ofSettled(order, settlement, read)
    }
    case "Cancel":
      return mayHaveMoved(order, command.attempt, read) && order.state === "released" &&
          order.reason === "cancelled" && wasNeverConfirmed(order) ?
        CANCELLED :
        undefined
    case "Refund":
      return mayHaveMoved(order, command.attempt, read) && order.state === "refunded" &&
          (command.byHand !== undefined || order.hold?.reference !== undefined) ?
        REFUNDED :
        undefined
    case "GiveUp":
    case "Adjust":
    case "Sale":
    case "Rules":
    case "Unreadable":
      return undefined
  }
}

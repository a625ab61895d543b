/** Which of two statuses under one request id stands: a status only ever moves forwards. */
import { hasHeldUnits, type StatusRecord, step } from "./OrderStatus.ts"

/** What is told of an order within one step: it only grows. */
export const told = ({ refund, refundDue }: Pick<StatusRecord, "refund" | "refundDue">): number =>
  (refund === undefined ? 0 : 1) + (refundDue?.length ?? 0)

/**
 * What decides which of two statuses of one order is later. An offset that is not known yet comes before all others.
 */
export type StatusStamp = Pick<
  StatusRecord,
  "attempt" | "status" | "confirmed" | "refund" | "refundDue" | "placedAtOffset"
>

/**
 * Whether `next` may replace `current`: a later attempt, or the same attempt of a later record, or a further step of
 * the same one, or the same step of which more is told. Equal stamps are no step forwards: writing again what is there
 * changes nothing.
 */
export const isForward = (current: StatusStamp, next: StatusStamp): boolean => {
  if (next.attempt !== current.attempt) return next.attempt > current.attempt
  const currentOffset = current.placedAtOffset ?? -1
  const nextOffset = next.placedAtOffset ?? -1
  const [currentStep, nextStep] = [step(current), step(next)]
  if (currentStep > 0 && nextStep > 0 && nextOffset !== currentOffset) return nextOffset > currentOffset
  return nextStep === currentStep ? told(next) > told(current) : nextStep > currentStep
}

/**
 * Whose status stands where two orders came under one request id: 0 of a record that could not be understood, and so is
 * nobody's; 1 of an order that was turned away; 2 of one that held units.
 */
export const standing = (record: Pick<StatusRecord, "attempt" | "status" | "fingerprint">): 0 | 1 | 2 =>
  record.fingerprint === "" ? 0 : hasHeldUnits(record) ? 2 : 1

/**
 * Whether the status `next` may replace `current` under the same request id, of which `isLeased` says whether it is a
 * claim. Within one order by `isForward`; between two orders as follows, and `lua/write_status.lua` is its twin:
 *
 * - What a fold has decided replaces a claim or a PENDING of another order of the same item: the item's fold knows of
 *   both, and says whose the request id is.
 * - What a fold has decided of an order replaces the decided status of one with a lesser `standing`.
 * - Anything else leaves what is there. So a claim gives way to its own item alone, which decides it.
 *
 * Why: docs/decisions/0032-a-request-id-used-again.md.
 */
export const mayReplace = (current: StatusRecord, next: StatusRecord, isLeased = false): boolean => {
  if (current.itemId === next.itemId && current.fingerprint === next.fingerprint) {
    return isLeased || isForward(current, next)
  }
  if (next.status === "PENDING") return false
  if (current.status === "PENDING") return current.itemId === next.itemId
  return standing(next) > standing(current)
}

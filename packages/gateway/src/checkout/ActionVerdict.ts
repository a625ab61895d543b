/**
 * What is done about a call to confirm, pay for or cancel an order, by the order's status. Pure. A call is refused
 * early where the status can only be the end of the matter; of all else the log decides, and never a clock of the
 * gateway.
 */
import type { ConflictCode } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { isOfHold } from "@flash-sale/domain/records/Order"
import type { OrderStatus, StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { HeldOrder, LedgerState } from "@flash-sale/domain/rules/Item"

export type Asked =
  | { readonly action: "confirm" }
  | { readonly action: "paid"; readonly reference: PaymentReference }
  | { readonly action: "cancel" }

/**
 * - `Append`: its record goes to the log, and decides there.
 * - `Done`: the order is what the call asks for, by an earlier call: nothing is appended.
 * - `Conflict`: another one came first. With `isDue` the record is appended all the same, as the payment that it tells
 *   of is due back to the buyer; unless it `isKept` already.
 */
export type Verdict =
  | { readonly _tag: "Append" }
  | { readonly _tag: "Done" }
  | { readonly _tag: "Conflict"; readonly code: ConflictCode; readonly isDue: boolean; readonly isKept: boolean }
/** The status does not say by whom the order was completed: the item's ledger does. */
export interface AskLedger {
  readonly _tag: "AskLedger"
}

type Standing = Pick<StatusRecord, "status" | "confirmed" | "refundDue" | "fingerprint">

const append: Verdict = { _tag: "Append" }
const done: Verdict = { _tag: "Done" }
const askLedger: AskLedger = { _tag: "AskLedger" }
const conflict = (code: ConflictCode): Verdict => ({ _tag: "Conflict", code, isDue: false, isKept: false })

const codeOf = (status: OrderStatus): ConflictCode => {
  switch (status) {
    case "COMPLETED":
      return "already_completed"
    case "REFUNDED":
      return "already_refunded"
    case "CANCELLED":
      return "already_cancelled"
    case "EXPIRED":
      return "expired"
    default:
      return "order_failed"
  }
}

const due = (code: ConflictCode, { refundDue = [] }: Standing, reference: PaymentReference): Verdict => ({
  _tag: "Conflict",
  code,
  isDue: true,
  isKept: refundDue.some((known) => known.reference === reference)
})

const ofConfirm = (standing: Standing): Verdict | AskLedger => {
  const { confirmed, fingerprint, status } = standing
  // Another order's claim may stand here until the fold says whose the request id is.
  if (status === "PENDING") return append
  if (!isOfHold(fingerprint)) return conflict("not_a_hold")
  if (status === "RESERVED") return confirmed === true ? done : append
  return status === "COMPLETED" ? askLedger : conflict(codeOf(status))
}

const ofPaid = (standing: Standing, reference: PaymentReference): Verdict | AskLedger => {
  const { confirmed, fingerprint, status } = standing
  if (status === "PENDING") return append
  // The engine charges: nothing that comes now pays for the order.
  if (status === "RESERVED") return confirmed === true ? due("already_confirmed", standing, reference) : append
  return isOfHold(fingerprint) && (status === "COMPLETED" || status === "REFUNDED")
    ? askLedger
    : due(codeOf(status), standing, reference)
}

const ofCancel = ({ status }: Standing): Verdict =>
  status === "PENDING" || status === "RESERVED" ? append : status === "CANCELLED" ? done : conflict(codeOf(status))

/** By the status alone. */
export const verdictOf = (asked: Asked, standing: Standing): Verdict | AskLedger => {
  switch (asked.action) {
    case "confirm":
      return ofConfirm(standing)
    case "paid":
      return ofPaid(standing, asked.reference)
    case "cancel":
      return ofCancel(standing)
  }
}

const SOLD: ReadonlyArray<LedgerState> = ["sold", "refunding", "refunded"]
/**
 * Whether the ledger is not as far as the status of an order that is completed or refunded: a store that has lost its
 * last writes folds them again, and knows nothing yet of who has paid.
 */
export const isBehind = (
  { attempt }: Pick<StatusRecord, "attempt">,
  order: Pick<HeldOrder, "attempt" | "state">
): boolean => order.attempt < attempt || !SOLD.includes(order.state)

/** By what the ledger knows of an order that is completed or refunded. */
export const verdictOfSale = (asked: Asked, standing: Standing, { hold }: Pick<HeldOrder, "hold">): Verdict => {
  const code = codeOf(standing.status)
  const own = asked.action === "paid" ? asked.reference : undefined
  if (hold?.reference !== own) return own === undefined ? conflict(code) : due(code, standing, own)
  // It is this call's sale; of one that was given back it is no more what the call asked for.
  return standing.status === "COMPLETED" ? done : conflict(code)
}

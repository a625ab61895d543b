/** What the bytes of a letter hold, which keep no kind of record: told by their fields. Pure. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { Confirmation } from "@flash-sale/domain/records/checkout/Checkout"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { RecordedOrder } from "@flash-sale/domain/records/Order"
import * as RecordValue from "@flash-sale/domain/records/wire/RecordValue"
import * as Utf8 from "@flash-sale/domain/records/wire/Utf8"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import { Result } from "effect"
import type { RecordKind } from "./Refusal.ts"

/**
 * - `Order`: of a `place` record, or of a `hold`, whose fields are those of an order.
 * - `Confirm`: of the record that confirmed a hold, or told of a payment for one.
 * - `Refund`: of a refund.
 */
export type LetterRecord =
  | { readonly _tag: "Order"; readonly order: RecordedOrder }
  | { readonly _tag: "Confirm"; readonly confirmation: Confirmation }
  | { readonly _tag: "Refund" }
  | { readonly _tag: "Nothing" }

export const of = ({ value }: Pick<DeadLetter, "value">): LetterRecord => {
  const text = Utf8.textOf(value)
  if (text === undefined) return { _tag: "Nothing" }
  const order = RecordValue.readOrder(text)
  if (Result.isSuccess(order)) return { _tag: "Order", order: order.success }
  const confirmation = RecordValue.readConfirm(text)
  if (Result.isSuccess(confirmation)) return { _tag: "Confirm", confirmation: confirmation.success }
  return Result.isSuccess(RecordValue.readRefund(text)) ? { _tag: "Refund" } : { _tag: "Nothing" }
}

/** The kind of a record that is whole; undefined where it is none. */
export const kindOf = (record: LetterRecord): RecordKind | undefined => {
  switch (record._tag) {
    case "Order":
      return "order"
    case "Confirm":
      return record.confirmation.reference === undefined ? "confirm" : "paid"
    case "Refund":
      return "refund"
    case "Nothing":
      return undefined
  }
}

/** Whether the letter leaves out whose order it was, or how many units: the item's ledger has both. */
export const needsLedger = (letter: DeadLetter): boolean =>
  letter.error === "Payment Timeout" && of(letter)._tag === "Confirm" &&
  (letter.userId === undefined || letter.amount === undefined)

/** The order of a hold that was confirmed and not paid: by the letter, else by the item's ledger. */
export const confirmedOrder = (
  letter: Pick<DeadLetter, "userId" | "amount">,
  itemId: ItemId,
  { paymentToken, requestId }: Confirmation,
  ledger: Pick<HeldOrder, "userId" | "amount"> | undefined
): RecordedOrder | undefined => {
  const userId = letter.userId ?? ledger?.userId
  const amount = letter.amount ?? ledger?.amount
  if (userId === undefined || amount === undefined) return undefined
  return { requestId, userId, itemId, amount, ...(paymentToken === undefined ? {} : { paymentToken }) }
}

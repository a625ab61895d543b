/** What became of payments that shops have taken: each is that of its order's sale, or is due back, and never both. */
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { RequestId } from "@flash-sale/domain/records/Ids"

/** One payment that the engine has answered for, and what the engine says of it now. */
export interface PaymentFate {
  readonly reference: PaymentReference
  /** Whether its order is sold for it, by the item's ledger. */
  readonly isSale: boolean
  /** Whether the order's status says that it is due back. */
  readonly isDueBack: boolean
}

export interface PaymentCounts {
  /** Those that the engine has answered for. */
  readonly told: number
  readonly sales: number
  readonly dueBack: number
}

/** Whether it is known what becomes of it. */
export const isAccountedFor = (payment: PaymentFate | undefined): boolean =>
  payment === undefined || payment.isSale || payment.isDueBack

export const count = (payments: ReadonlyArray<PaymentFate>): PaymentCounts => ({
  told: payments.length,
  sales: payments.filter(({ isSale }) => isSale).length,
  dueBack: payments.filter(({ isDueBack }) => isDueBack).length
})

/** What is wrong with the payment of this order: a line, or none. */
export const judge = (requestId: RequestId, payment: PaymentFate | undefined): ReadonlyArray<string> => {
  if (payment === undefined || payment.isSale !== payment.isDueBack) return []
  const { isSale, reference } = payment
  return [
    isSale
      ? `order ${requestId}: the payment ${reference} has sold it, and is due back as well`
      : `order ${requestId}: the payment ${reference} has not sold it, and is not due back`
  ]
}

/**
 * Giving back what was sold: what the engine has charged once that is void at the provider; what the shop, or a person,
 * has paid back at once. Pure.
 */
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import type { FoundOrder } from "./FoundOrder.ts"
import { type Judgement, wordOf } from "./Judgement.ts"
import type { OrderChange } from "./OrderChange.ts"

/** Whether the units are on sale again. `byHand`: a person has given the money back, under this reference. */
export interface RefundAsked {
  readonly restock: boolean
  readonly byHand: PaymentReference | undefined
}

/** Whether a refund that has begun puts the units on sale again; undefined where none has. */
export const restockOf = ({ known: { order } }: FoundOrder): boolean | undefined =>
  order?.state === "refunding" || order?.state === "refunded" ? order.reason === "restocked" : undefined

const judge = ({ byHand, restock }: RefundAsked) => (found: FoundOrder): Judgement => {
  const { order } = found.known
  if (order === undefined) return { _tag: "Conflict", code: "not_completed", status: found.status?.status ?? "FAILED" }
  const { attempt, state } = order
  const status = wordOf(order)
  if (state === "sold") return { _tag: "Ready", attempt }
  if (state !== "refunding" && state !== "refunded") return { _tag: "Conflict", code: "not_completed", status }
  if (restockOf(found) !== restock) return { _tag: "Conflict", code: "refund_differs", status }
  // By hand ends what the provider has not done so far.
  if (state === "refunding" && byHand !== undefined) return { _tag: "Ready", attempt }
  return { _tag: "Standing", attempt, status, waits: state === "refunding" }
}

export const change = (asked: RefundAsked): OrderChange => ({
  judge: judge(asked),
  command: ({ attempt, correlationId, requestId }) =>
    Command.Refund({
      requestId,
      attempt,
      restock: asked.restock,
      correlationId,
      ...(asked.byHand === undefined ? {} : { byHand: asked.byHand })
    })
})

/** `POST /admin/v1/orders/:request_id/cancel` and `…/refund`. */
import type * as OrderBodies from "@flash-sale/domain/api/admin/orders/OrderBodies"
import { OrderChangeConflict } from "@flash-sale/domain/api/admin/orders/OrderErrors"
import { UnknownOrder } from "@flash-sale/domain/api/Errors"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { refuse } from "@flash-sale/gateway/request/RequestContext"
import type * as Judgement from "@flash-sale/operations/orders/Judgement"
import * as OrderCancel from "@flash-sale/operations/orders/OrderCancel"
import * as OrderChange from "@flash-sale/operations/orders/OrderChange"
import * as OrderRefund from "@flash-sale/operations/orders/OrderRefund"
import { Effect } from "effect"
import * as Audit from "../request/Audit.ts"
import * as Failures from "../request/Failures.ts"
import * as IdempotentRequests from "../request/IdempotentRequests.ts"

/** How long the answer waits until the change counts, and the payment provider has done its part. */
const EFFECT_WITHIN = "2 seconds"

const unknown = () => refuse((correlationId) => new UnknownOrder({ correlation_id: correlationId }))

const conflict = ({ code, orderStatus }: Judgement.OrderConflict) =>
  refuse((correlationId) => new OrderChangeConflict({ code, order_status: orderStatus, correlation_id: correlationId }))

/** The answers to what stands against a change. */
const refusals = {
  OrderConflict: conflict,
  UnknownOrder: unknown,
  OrderUndecided: () => Failures.unavailable("outcome_unknown")
}

const shown = (status: typeof OrderBodies.OrderChangeRecorded.Type["status"], changed: OrderChange.Changed) => {
  const { attempt, order, order: { itemId, requestId }, position } = changed
  const named = { request_id: requestId, item_id: itemId, attempt }
  if (changed._tag === "Recorded") return { status, ...named, position: changed.position }
  const restock = OrderRefund.restockOf(order)
  return {
    ...named,
    order_status: changed.status,
    done: !changed.waits,
    ...(changed.waits && restock !== undefined ? { refund: "pending" as const } : {}),
    ...(restock === undefined ? {} : { restock }),
    ...(position === undefined ? { repeated: true as const } : { position })
  }
}

/** Changes the order, and says how it stands once that counts. A change that has no effect is a conflict. */
const change = Effect.fnUntraced(function*(
  asked: OrderChange.OrderChange,
  requestId: RequestId,
  named: ItemId | undefined,
  reason: string
) {
  const { judgement, order } = yield* Failures.boundedRead(OrderChange.look(asked, requestId, named))
  if (judgement._tag === "Standing") return OrderChange.standing(order, judgement)
  const operator = yield* Audit.operator(reason)
  const position = yield* Failures.boundedAppend(OrderChange.append(asked, order, judgement.attempt, operator))
  return yield* OrderChange.outcome(asked, order, judgement.attempt, position, EFFECT_WITHIN)
})

/** Cancels an order. */
export const cancel = (requestId: RequestId, { item_id, reason }: typeof OrderBodies.OrderCancel.Type) =>
  change(OrderCancel.change, requestId, item_id, reason).pipe(
    Effect.map((changed) => shown("Cancel Queued", changed)),
    Effect.catchTags(refusals),
    Failures.answered,
    Audit.told({ change: "cancel", detail: `cancel order ${JSON.stringify(requestId)}`, item: item_id, reason })
  )

const wordsOf = (requestId: RequestId, { by_hand, restock }: typeof OrderBodies.OrderRefund.Type): string =>
  `refund order ${JSON.stringify(requestId)}, ${restock ? "restock" : "no restock"}` +
  (by_hand === undefined ? "" : `, by hand ${JSON.stringify(by_hand.reference)}`)

/** Gives an order back. What a key was sent with stays its own, whatever came of it. */
export const refund = (
  requestId: RequestId,
  payload: typeof OrderBodies.OrderRefund.Type,
  key: string | undefined
) => {
  const { by_hand, item_id, reason, restock } = payload
  return Effect.gen(function*() {
    yield* IdempotentRequests.look(key, [
      "refund",
      requestId,
      item_id ?? null,
      restock,
      by_hand?.reference ?? null,
      reason
    ])
    const asked = OrderRefund.change({ restock, byHand: by_hand?.reference })
    return shown("Refund Queued", yield* change(asked, requestId, item_id, reason))
  }).pipe(
    Effect.catchTags(refusals),
    Failures.answered,
    Audit.told({ change: "refund", detail: wordsOf(requestId, payload), item: item_id, reason })
  )
}

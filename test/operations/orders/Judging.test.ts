/** What an order stands against that somebody wants to cancel, or to give back. */
import { assert, describe, it } from "@effect/vitest"
import { isPaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { LEDGER_STATES, type LedgerState, RELEASE_REASONS } from "@flash-sale/domain/rules/Item"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import type { FoundOrder } from "@flash-sale/operations/orders/FoundOrder"
import type { Judgement } from "@flash-sale/operations/orders/Judgement"
import * as OrderCancel from "@flash-sale/operations/orders/OrderCancel"
import * as OrderRefund from "@flash-sale/operations/orders/OrderRefund"

const itemId = ItemId.make("101")
const requestId = RequestId.make("r-1")

const ledger = (state: LedgerState, reason: HeldOrder["reason"] = undefined): HeldOrder => ({
  state,
  reason,
  userId: UserId.make("u-1"),
  amount: 1,
  attempt: 1,
  placedAtOffset: 3,
  countsAgainstLimit: false,
  price: undefined,
  currency: undefined,
  hold: undefined
})

const found = (order: HeldOrder | undefined, status?: OrderStatus, attempt = 1): FoundOrder => ({
  requestId,
  itemId,
  partition: PartitionId.make(0),
  known: { position: 9, isComplete: true, order, open: undefined, refundsDue: [] },
  status: status === undefined ? undefined : {
    requestId,
    itemId,
    status,
    attempt,
    correlationId: CorrelationId.make("c-1"),
    updatedAt: "",
    fingerprint: "f"
  }
})

/** `ready 1`, `CANCELLED`, `waits RESERVED` or the code of the conflict and the status. */
const words = (judgement: Judgement): string => {
  switch (judgement._tag) {
    case "Ready":
      return `ready ${judgement.attempt}`
    case "Standing":
      return judgement.waits ? `waits ${judgement.status}` : judgement.status
    case "Conflict":
      return `${judgement.code} ${judgement.status}`
  }
}

const cancelled = (...order: Parameters<typeof found>) => words(OrderCancel.change.judge(found(...order)))

describe("cancelling", () => {
  it("every state of the ledger is judged", () => {
    const judged = LEDGER_STATES.flatMap((state) =>
      (state === "released" || state === "voiding" ? RELEASE_REASONS : [undefined]).map((reason) => [
        reason === undefined ? state : `${state} ${reason}`,
        cancelled(ledger(state, reason))
      ])
    )
    assert.deepStrictEqual(Object.fromEntries(judged), {
      open: "ready 1",
      held: "ready 1",
      sold: "already_completed COMPLETED",
      "voiding cancelled": "waits RESERVED",
      "voiding declined": "order_failed RESERVED",
      "voiding timeout": "order_failed RESERVED",
      "voiding expired": "order_failed RESERVED",
      "released cancelled": "CANCELLED",
      "released expired": "expired EXPIRED",
      "released declined": "order_failed FAILED_PAYMENT",
      "released timeout": "order_failed FAILED_PAYMENT",
      refunding: "already_completed COMPLETED",
      refunded: "already_refunded REFUNDED"
    })
  })

  it("an attempt that is in the log and not folded yet is cancelled behind it", () => {
    assert.strictEqual(cancelled(undefined, "PENDING"), "ready 1")
    assert.strictEqual(cancelled(ledger("released", "timeout"), "PENDING", 2), "ready 2")
    assert.strictEqual(cancelled(ledger("held"), "PENDING"), "ready 1")
  })

  it("one that was turned away has nothing to cancel", () => {
    assert.strictEqual(cancelled(undefined, "FAILED_SOLD_OUT"), "order_failed FAILED_SOLD_OUT")
    assert.strictEqual(cancelled(undefined, "FAILED"), "order_failed FAILED")
  })
})

const reference = "wire-7"
const refunded = (order: HeldOrder | undefined, restock: boolean, isByHand = false, status?: OrderStatus) => {
  const byHand = isByHand && isPaymentReference(reference) ? reference : undefined
  return words(OrderRefund.change({ restock, byHand }).judge(found(order, status)))
}

describe("giving back", () => {
  it("only what was sold is given back", () => {
    for (const state of ["open", "held", "voiding", "released"] as const) {
      assert.match(
        refunded(ledger(state, state === "released" ? "timeout" : undefined), true),
        /^not_completed /,
        state
      )
    }
    assert.strictEqual(refunded(ledger("open"), true), "not_completed RESERVED")
    assert.strictEqual(refunded(undefined, true, false, "PENDING"), "not_completed PENDING")
    assert.strictEqual(refunded(ledger("sold"), true), "ready 1")
    assert.strictEqual(refunded(ledger("sold"), false, true), "ready 1")
  })

  it("the first refund counts: the same again is no second one, and another one is a conflict", () => {
    assert.strictEqual(refunded(ledger("refunding", "restocked"), true), "waits COMPLETED")
    assert.strictEqual(refunded(ledger("refunding", "restocked"), false), "refund_differs COMPLETED")
    assert.strictEqual(refunded(ledger("refunding", "written_off"), false), "waits COMPLETED")
    assert.strictEqual(refunded(ledger("refunded", "written_off"), false), "REFUNDED")
    assert.strictEqual(refunded(ledger("refunded", "written_off"), true), "refund_differs REFUNDED")
    assert.strictEqual(refunded(ledger("refunded", "restocked"), true, true), "REFUNDED")
  })

  it("by hand ends a refund that waits for the provider", () => {
    assert.strictEqual(refunded(ledger("refunding", "restocked"), true, true), "ready 1")
    assert.strictEqual(refunded(ledger("refunding", "restocked"), false, true), "refund_differs COMPLETED")
  })
})

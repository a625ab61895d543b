/** A rejected order is remembered by the ring alone, so fewer may be decided and unpublished than the ring holds. */
import { assert, it } from "@effect/vitest"
import { REJECTED_REMEMBERED } from "@flash-sale/domain/rules/Item"
import { CALL_ORDERS } from "@flash-sale/processor/item/FoldCallSize"
import { RESULTS_WAITING } from "@flash-sale/processor/publish/Publisher"

it("the ring of rejected ids is longer than all that is not published yet", () => {
  // Results that wait to be published, as many in hand, the one whose item waits for its place in the queue, and the
  // call after it.
  assert.isBelow((2 * RESULTS_WAITING + 2) * CALL_ORDERS, REJECTED_REMEMBERED)
})

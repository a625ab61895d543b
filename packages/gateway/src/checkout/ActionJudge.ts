/** What is done about a call, by the status of its order and, where that does not say it, by its item's ledger. */
import { OrderConflict } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { asHold } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import { Effect } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import type { Call } from "./ActionRecord.ts"
import * as ActionVerdict from "./ActionVerdict.ts"

/** A refusal, which is made as cheaply as the others. */
export const refused = <A>(error: () => A) => Effect.suspend(() => Effect.fail(withoutStack(error)))

/**
 * `verdictOf` fails where the ledger cannot be read; `refuse` with the conflict. `whole` says of an order of the
 * archive whether it was a hold.
 */
export const make = Effect.gen(function*() {
  const store = yield* ItemStore
  const storeBreaker = yield* StoreBreaker
  const partitionCount = yield* PartitionCount

  const readLedger = Effect.fnUntraced(
    function*({ itemId, requestId }: StatusRecord) {
      const partition = home(itemId, yield* partitionCount.partitions)
      return yield* storeBreaker.askAside(store.readOrder(partition, itemId, requestId))
    },
    Effect.catchTags({
      StoreUnavailable: () => Refusals.refuseUnavailable("store_unavailable"),
      ItemDamaged: () => Refusals.refuseUnavailable("item_stopped")
    })
  )

  /** By whom a completed order was completed. */
  const askLedger = Effect.fnUntraced(function*(call: Call, record: StatusRecord) {
    const { order } = yield* readLedger(record)
    // The status is further than the ledger only while the store is being filled again.
    if (order === undefined || ActionVerdict.isBehind(record, order)) {
      return yield* Refusals.refuseUnavailable("store_unavailable")
    }
    return ActionVerdict.verdictOfSale(call, record, order)
  })

  const whole = Effect.fnUntraced(function*(record: StatusRecord) {
    const { isComplete, order } = yield* readLedger(record)
    if (order?.hold !== undefined) return { ...record, fingerprint: asHold(record.fingerprint) }
    return order === undefined && !isComplete ? yield* Refusals.refuseUnavailable("store_unavailable") : record
  })

  const verdictOf = (call: Call, record: StatusRecord) => {
    const verdict = ActionVerdict.verdictOf(call, record)
    return verdict._tag === "AskLedger" ? askLedger(call, record) : Effect.succeed(verdict)
  }
  const refuse = Effect.fnUntraced(function*(
    { code, isDue }: Extract<ActionVerdict.Verdict, { readonly _tag: "Conflict" }>,
    { status }: StatusRecord
  ) {
    const { correlationId } = yield* RequestContext
    return yield* refused(() =>
      new OrderConflict({
        code,
        correlation_id: correlationId,
        order_status: status,
        ...(isDue ? { refund_due: true as const } : {})
      })
    )
  })
  return { verdictOf, refuse, whole }
})

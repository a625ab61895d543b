/**
 * Confirming, paying for and cancelling an order that was accepted. The log decides: a record of the call is appended,
 * and its fold says whether it counts. What can only be the end of the matter is answered at once.
 *
 * | what fails | what is left behind | the answer |
 * |---|---|---|
 * | the look at the order, or at its item's ledger | nothing | 404 or 503, as `GET /orders/:request_id` answers |
 * | the append, for sure | nothing | 503 |
 * | the append, with an unknown outcome | perhaps the record | 503 `outcome_unknown`: the same call again is no other |
 * | the caller hangs up | what was begun is done | |
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import { OrderConflict } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import { RequestIdReused } from "@flash-sale/domain/api/Errors"
import type * as Errors from "@flash-sale/domain/api/Errors"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import { Context, Effect, Layer } from "effect"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { Places } from "../guards/Places.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { StatusReads } from "../reads/StatusReads.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { ActionAppend } from "./ActionAppend.ts"
import { type Call, isOther, meantBy, type Named } from "./ActionRecord.ts"
import * as ActionVerdict from "./ActionVerdict.ts"

export type ActionRefusal =
  | Refusals.Full
  | Errors.UnknownOrder
  | Errors.RequestIdReused
  | Errors.RateLimited
  | AccessErrors.TokenMismatch
  | OrderConflict

export class OrderActions extends Context.Service<OrderActions, {
  /** Succeeds once the call is durable in the log, or was before. */
  readonly act: (
    call: Call,
    requestId: RequestId,
    named: Named,
    caller: Caller
  ) => Effect.Effect<void, ActionRefusal>
}>()("@flash-sale/gateway/checkout/OrderActions") {}

const refused = <A>(error: () => A) => Effect.suspend(() => Effect.fail(withoutStack(error)))

const make = Effect.gen(function*() {
  const places = yield* Places
  const gatekeeper = yield* Gatekeeper
  const statuses = yield* StatusReads
  const store = yield* ItemStore
  const storeBreaker = yield* StoreBreaker
  const partitionCount = yield* PartitionCount
  const { append } = yield* ActionAppend

  const unavailable = (code: "store_unavailable" | "item_stopped") =>
    Effect.flatMap(RequestContext, ({ correlationId }) => Effect.fail(Refusals.unavailable(correlationId, code)))

  /** By whom a completed order was completed. */
  const askLedger = Effect.fnUntraced(
    function*(call: Call, record: StatusRecord) {
      const partition = home(record.itemId, yield* partitionCount.partitions)
      const { order } = yield* storeBreaker.askAside(store.readOrder(partition, record.itemId, record.requestId))
      // The status outlives the ledger only while the store is being filled again.
      if (order === undefined) return yield* unavailable("store_unavailable")
      return ActionVerdict.verdictOfSale(call, record, order)
    },
    Effect.catchTags({
      StoreUnavailable: () => unavailable("store_unavailable"),
      ItemDamaged: () => unavailable("item_stopped")
    })
  )

  /** The order's status, where this caller may do this to it. */
  const look = Effect.fnUntraced(function*(requestId: RequestId, named: Named, caller: Caller) {
    const { correlationId } = yield* RequestContext
    const record = yield* statuses.read(requestId, caller)
    const owner = ownerIn(record.fingerprint)
    const code = gatekeeper.changeDenialOf(caller, { itemId: record.itemId, userId: owner })
    if (code !== undefined) {
      return yield* refused(() => new AccessErrors.TokenMismatch({ code, correlation_id: correlationId }))
    }
    if (isOther(named, record, owner)) {
      return yield* refused(() => new RequestIdReused({ correlation_id: correlationId }))
    }
    return record
  })

  const decide = Effect.fnUntraced(function*(call: Call, record: StatusRecord) {
    const { correlationId } = yield* RequestContext
    const first = ActionVerdict.verdictOf(call, record)
    const verdict = first._tag === "AskLedger" ? yield* askLedger(call, record) : first
    if (verdict._tag === "Done") return
    const mustAppend = verdict._tag === "Append" || (verdict.isDue && !verdict.isKept)
    if (mustAppend) {
      const { attempt, fingerprint, itemId, requestId } = record
      yield* append(call, { requestId, itemId, attempt, userId: ownerIn(fingerprint) })
    }
    if (verdict._tag === "Append") return
    const { code, isDue } = verdict
    return yield* refused(() =>
      new OrderConflict({
        code,
        correlation_id: correlationId,
        order_status: record.status,
        ...(isDue ? { refund_due: true as const } : {})
      })
    )
  })

  const act = Effect.fnUntraced(
    function*(call: Call, requestId: RequestId, named: Named, caller: Caller) {
      const meant = meantBy(call, requestId, named, caller)
      if (meant !== undefined) return yield* append(call, meant)
      yield* decide(call, yield* look(requestId, named, caller))
    },
    (effect, _call, _requestId, _named, caller) =>
      Effect.flatMap(RequestContext, ({ correlationId }) => places.within(correlationId, caller, effect))
  )
  return OrderActions.of({ act })
})

export const layer: Layer.Layer<
  OrderActions,
  never,
  Places | Gatekeeper | StatusReads | ItemStore | StoreBreaker | PartitionCount | ActionAppend
> = Layer.effect(OrderActions, make)

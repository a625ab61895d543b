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
import type { OrderConflict } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import { RequestIdReused } from "@flash-sale/domain/api/Errors"
import type * as Errors from "@flash-sale/domain/api/Errors"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Context, Effect, Layer } from "effect"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import { Places } from "../guards/Places.ts"
import type { StoreBreaker } from "../guards/StoreBreaker.ts"
import { StatusReads } from "../reads/StatusReads.ts"
import type * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { ActionAppend } from "./ActionAppend.ts"
import * as ActionJudge from "./ActionJudge.ts"
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
  /** Succeeds with the order's item once the call is durable in the log, or was before. */
  readonly act: (
    call: Call,
    requestId: RequestId,
    named: Named,
    caller: Caller
  ) => Effect.Effect<ItemId, ActionRefusal>
  /** Whether this status of the order says what came of a call that was taken. */
  readonly isJudged: (call: Call, named: Named, record: StatusRecord) => boolean
  /** What came of it, by such a status: a refusal where another call was first. */
  readonly judge: (call: Call, record: StatusRecord) => Effect.Effect<void, ActionRefusal>
}>()("@flash-sale/gateway/checkout/OrderActions") {}

const make = Effect.gen(function*() {
  const places = yield* Places
  const gatekeeper = yield* Gatekeeper
  const statuses = yield* StatusReads
  const { refuse, verdictOf, whole } = yield* ActionJudge.make
  const { append } = yield* ActionAppend

  /** The order's status, where this caller may do this to it. */
  const look = Effect.fnUntraced(function*(requestId: RequestId, named: Named, caller: Caller) {
    const { correlationId } = yield* RequestContext
    const found = yield* statuses.find(requestId, caller)
    const record = found.isArchived ? yield* whole(found.record) : found.record
    const owner = ownerIn(record.fingerprint)
    const code = gatekeeper.changeDenialOf(caller, { itemId: record.itemId, userId: owner })
    if (code !== undefined) {
      return yield* ActionJudge.refused(() => new AccessErrors.TokenMismatch({ code, correlation_id: correlationId }))
    }
    if (isOther(named, record, owner)) {
      return yield* ActionJudge.refused(() => new RequestIdReused({ correlation_id: correlationId }))
    }
    return record
  })

  const decide = Effect.fnUntraced(function*(call: Call, record: StatusRecord) {
    const verdict = yield* verdictOf(call, record)
    if (verdict._tag === "Done") return
    if (verdict._tag === "Append" || (verdict.isDue && !verdict.isKept)) {
      const { attempt, fingerprint, itemId, requestId } = record
      yield* append(call, { requestId, itemId, attempt, userId: ownerIn(fingerprint) })
    }
    if (verdict._tag === "Conflict") return yield* refuse(verdict, record)
  })

  const act = Effect.fnUntraced(
    function*(call: Call, requestId: RequestId, named: Named, caller: Caller) {
      const meant = meantBy(call, requestId, named, caller)
      if (meant !== undefined) return yield* Effect.as(append(call, meant), meant.itemId)
      const record = yield* look(requestId, named, caller)
      return yield* Effect.as(decide(call, record), record.itemId)
    },
    (effect, _call, _requestId, _named, caller) =>
      Effect.flatMap(RequestContext, ({ correlationId }) => places.within(correlationId, caller, effect))
  )
  return OrderActions.of({
    act,
    isJudged: (call, named, record) =>
      !isOther(named, record, ownerIn(record.fingerprint)) &&
      (isFinal(record.status) || ActionVerdict.verdictOf(call, record)._tag === "Conflict"),
    judge: Effect.fnUntraced(function*(call, record) {
      const verdict = yield* verdictOf(call, record)
      if (verdict._tag === "Conflict") return yield* refuse(verdict, record)
    })
  })
})

export const layer: Layer.Layer<
  OrderActions,
  never,
  Places | Gatekeeper | StatusReads | ItemStore | StoreBreaker | PartitionCount | ActionAppend
> = Layer.effect(OrderActions, make)

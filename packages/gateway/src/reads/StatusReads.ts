/**
 * The status of an order: the store's, as long as it is kept, and then the archive's. Never "unknown" for an order that
 * was accepted, as long as its status is kept, nor for one that ever held units where there is an archive.
 *
 * **Details**: of an order that the caller may not read it is said what is said of one that nobody knows, after the
 * same work. What the archive says of an order that is final stands whatever else is known.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { UnknownOrder } from "@flash-sale/domain/api/Errors"
import type { ArchivedOrder } from "@flash-sale/domain/archive/ArchivedOrder"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Context, Effect, Layer } from "effect"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import type { Unconfirmed } from "../guards/Unconfirmed.ts"
import * as Refusals from "../request/Refusals.ts"
import { refuse } from "../request/RequestContext.ts"
import * as ArchivedStatus from "./ArchivedStatus.ts"
import { ArchiveReads } from "./ArchiveReads.ts"
import * as KnownOrders from "./KnownOrders.ts"

/** A status, and whether it is the archive's: that one does not say whether the order was a hold. */
export interface FoundStatus {
  readonly record: StatusRecord
  readonly isArchived: boolean
}
type NotFound = UnknownOrder | ReturnType<typeof Refusals.unavailable>

export class StatusReads extends Context.Service<StatusReads, {
  readonly read: (requestId: RequestId, caller: Caller) => Effect.Effect<StatusRecord, NotFound>
  readonly find: (requestId: RequestId, caller: Caller) => Effect.Effect<FoundStatus, NotFound>
}>()("@flash-sale/gateway/reads/StatusReads") {}

type Found = Exclude<StatusLookup, { readonly _tag: "Unknown" }>
const ownerOf = (found: Found) => ownerIn(found._tag === "Kept" ? found.record.fingerprint : found.fingerprint)

export const layer: Layer.Layer<
  StatusReads,
  never,
  Gatekeeper | OrderStatuses | ItemStore | RecoveryMarks | PartitionCount | StoreBreaker | Unconfirmed | ArchiveReads
> = Layer.effect(
  StatusReads,
  Effect.gen(function*() {
    const gatekeeper = yield* Gatekeeper
    const statuses = yield* OrderStatuses
    const archive = yield* ArchiveReads
    const known = yield* KnownOrders.KnownOrders
    const storeBreaker = yield* StoreBreaker

    const mayRead = (caller: Caller) => ({ userId }: ArchivedOrder) => gatekeeper.mayRead(caller, userId)
    /** The archive's order. Others may have used the id of a buyer's order, so a buyer's own alone are asked for. */
    const archivedOf = (requestId: RequestId, caller: Caller) =>
      Effect.map(
        archive.find(requestId, caller._tag === "Buyer" ? caller.userId : undefined),
        (orders): FoundStatus | undefined => {
          const order = orders.find(mayRead(caller))
          return order && { record: ArchivedStatus.of(order), isArchived: true }
        }
      )

    const find = Effect.fnUntraced(
      function*(requestId: RequestId, caller: Caller) {
        const lookup = yield* storeBreaker.ask(statuses.read(requestId))
        if (lookup._tag !== "Unknown" && gatekeeper.mayRead(caller, ownerOf(lookup))) {
          if (lookup._tag === "Kept") return { record: lookup.record, isArchived: false }
          return yield* Refusals.refuseUnavailable("outcome_unknown")
        }
        const first = yield* archivedOf(requestId, caller)
        if (first !== undefined && isFinal(first.record.status)) return first
        if (!(yield* known.isEvery)) return yield* Refusals.refuseUnavailable("store_unavailable")
        // What was missing when it was looked for may have come before it was asked whether everything is there.
        const found = first ?? (yield* archivedOf(requestId, caller))
        if (found !== undefined) return found
        gatekeeper.missed(caller)
        return yield* refuse((correlationId) => new UnknownOrder({ correlation_id: correlationId }))
      },
      Effect.catchTags({
        StoreUnavailable: () => Refusals.refuseUnavailable("store_unavailable"),
        ArchiveUnavailable: () => Refusals.refuseUnavailable("store_unavailable"),
        TooManyReads: () => Refusals.refuseUnavailable("overloaded")
      })
    )
    return {
      find,
      read: (requestId, caller) => Effect.map(find(requestId, caller), ({ record }) => record)
    }
  })
).pipe(Layer.provide(KnownOrders.layer))

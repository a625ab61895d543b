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
import type { OrderStatuses, StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Context, Effect, Exit, Layer } from "effect"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import type { StoreBreaker } from "../guards/StoreBreaker.ts"
import type { Unconfirmed } from "../guards/Unconfirmed.ts"
import type { UnknownOutcomes } from "../guards/UnknownOutcomes.ts"
import * as Refusals from "../request/Refusals.ts"
import { refuse, RequestContext } from "../request/RequestContext.ts"
import * as ArchivedStatus from "./ArchivedStatus.ts"
import { ArchiveReads } from "./ArchiveReads.ts"
import * as KnownOrders from "./KnownOrders.ts"
import * as StatusLookups from "./StatusLookups.ts"

/** A status, and whether it is the archive's: that one does not say whether the order was a hold. */
export interface FoundStatus {
  readonly record: StatusRecord
  readonly isArchived: boolean
}
export type NotFound = UnknownOrder | ReturnType<typeof Refusals.unavailable>
/** What a read found; a defect where it ended by a bug. */
export type StatusRead = Exit.Exit<StatusRecord, NotFound>

/** Looks that may wait in each line, how long, in milliseconds, and how many round trips may be under way at once. */
export const MAX_LOOKS = 4_096
const LOOK_WAIT = 1_000
const LINES = 8

export class StatusReads extends Context.Service<StatusReads, {
  readonly read: (requestId: RequestId, caller: Caller) => Effect.Effect<StatusRecord, NotFound>
  readonly find: (requestId: RequestId, caller: Caller) => Effect.Effect<FoundStatus, NotFound>
  /** `read` by a callback, which is called once. Why: docs/decisions/0013-the-hot-route.md. */
  readonly ask: (
    requestId: RequestId,
    caller: Caller,
    request: RequestContext,
    completion: Completion.Completion<StatusRead>
  ) => void
}>()("@flash-sale/gateway/reads/StatusReads") {}

type Found = Exclude<StatusLookup, { readonly _tag: "Unknown" }>
const ownerOf = (found: Found) => ownerIn(found._tag === "Kept" ? found.record.fingerprint : found.fingerprint)

export const layer: Layer.Layer<
  StatusReads,
  never,
  | Gatekeeper
  | OrderStatuses
  | ItemStore
  | RecoveryMarks
  | PartitionCount
  | StoreBreaker
  | Unconfirmed
  | UnknownOutcomes
  | ArchiveReads
> = Layer.effect(
  StatusReads,
  Effect.gen(function*() {
    const gatekeeper = yield* Gatekeeper
    const archive = yield* ArchiveReads
    const known = yield* KnownOrders.KnownOrders
    const lookups = yield* StatusLookups.make({ capacity: MAX_LOOKS, timeoutMillis: LOOK_WAIT, lines: LINES })
    const guard = yield* Completion.guard
    const run = Effect.runCallbackWith(yield* Effect.context<never>())

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

    /** What a look-up has found, where that alone says what the caller may know. */
    const shownOf = (lookup: StatusLookup, caller: Caller): StatusRecord | undefined =>
      lookup._tag === "Kept" && gatekeeper.mayRead(caller, ownerOf(lookup)) ? lookup.record : undefined

    const judge = Effect.fnUntraced(
      function*(requestId: RequestId, caller: Caller, looked: Effect.Effect<StatusLookup, StatusLookups.LookupError>) {
        const lookup = yield* looked
        const record = shownOf(lookup, caller)
        if (record !== undefined) return { record, isArchived: false }
        if (lookup._tag === "Leased" && gatekeeper.mayRead(caller, ownerOf(lookup))) {
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
        LineFull: () => Refusals.refuseUnavailable("overloaded"),
        TooManyReads: () => Refusals.refuseUnavailable("overloaded")
      })
    )
    const find = (requestId: RequestId, caller: Caller): Effect.Effect<FoundStatus, NotFound> =>
      judge(requestId, caller, lookups.ask(requestId))

    const ask: StatusReads["Service"]["ask"] = (requestId, caller, request, completion) => {
      const judged = (looked: Exit.Exit<StatusLookup, StatusLookups.LookupError>): void => {
        const record = Exit.isSuccess(looked) ? shownOf(looked.value, caller) : undefined
        if (record !== undefined) return completion(Exit.succeed(record))
        run(Effect.provideService(judge(requestId, caller, looked), RequestContext, request), {
          onExit: (exit) => completion(Exit.map(exit, ({ record }) => record))
        })
      }
      lookups.offer(
        requestId,
        guard.of(judged, (judged, looked) => judged(looked), (_, defect) => completion(Exit.die(defect)))
      )
    }
    return { ask, find, read: (requestId, caller) => Effect.map(find(requestId, caller), ({ record }) => record) }
  })
).pipe(Layer.provide(KnownOrders.layer))

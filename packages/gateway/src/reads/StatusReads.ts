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
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Kept from "@flash-sale/infra/time/Kept"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { Unconfirmed } from "../guards/Unconfirmed.ts"
import * as Refusals from "../request/Refusals.ts"
import { refuse } from "../request/RequestContext.ts"
import * as ArchivedStatus from "./ArchivedStatus.ts"
import { ArchiveReads } from "./ArchiveReads.ts"

/** How long the answer is cached whether the store knows every order. */
const WHOLE_KEPT = "1 second"

/**
 * How long after the store was away an id that it does not know may belong to an order that was accepted meanwhile, in
 * milliseconds: the id is known once its record is folded, and until then the answer is not "never placed".
 */
const DOUBT = 30_000

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
    const store = yield* ItemStore
    const archive = yield* ArchiveReads
    const unconfirmed = yield* Unconfirmed
    const recoveryMarks = yield* RecoveryMarks
    const partitionCount = yield* PartitionCount
    const storeBreaker = yield* StoreBreaker
    const monotonic = yield* Monotonic.reader
    let session = yield* recoveryMarks.session
    let connectedAt = Number.NEGATIVE_INFINITY

    /** Whether the store was away within `DOUBT`, as far as this gateway has noticed. */
    const isInDoubt = Effect.map(recoveryMarks.session, (now) => {
      const millis = monotonic()
      // The first connection replaces no other. It may have come and gone since somebody asked.
      if (session !== now && now > 1) connectedAt = millis
      session = now
      return millis - Math.max(connectedAt, storeBreaker.failedAt()) < DOUBT
    })

    // A store that is being refilled from the log does not know all orders yet. One that takes no writes learns of
    // none: what is accepted meanwhile has a lease that ends, and no status.
    const isWhole = yield* Kept.make(
      Effect.gen(function*() {
        const partitions = Array.from(
          { length: yield* partitionCount.partitions },
          (_, index) => PartitionId.make(index)
        )
        const marks = yield* Effect.forEach(partitions, recoveryMarks.read, { concurrency: "unbounded" })
        if (marks.some((mark) => mark === undefined)) return false
        return (yield* storeBreaker.askAside(store.isUp)) && !(yield* unconfirmed.isAny)
      }),
      WHOLE_KEPT
    )

    const mayRead = (caller: Caller) => ({ userId }: ArchivedOrder) => gatekeeper.mayRead(caller, userId)

    const find = Effect.fnUntraced(
      function*(requestId: RequestId, caller: Caller) {
        const lookup = yield* storeBreaker.ask(statuses.read(requestId))
        if (lookup._tag !== "Unknown" && gatekeeper.mayRead(caller, ownerOf(lookup))) {
          if (lookup._tag === "Kept") return { record: lookup.record, isArchived: false }
          return yield* Refusals.refuseUnavailable("outcome_unknown")
        }
        const archived = (yield* archive.find(requestId)).find(mayRead(caller))
        const found = archived === undefined ? undefined : { record: ArchivedStatus.of(archived), isArchived: true }
        if (found !== undefined && isFinal(found.record.status)) return found
        if (!(yield* isWhole) || (yield* isInDoubt) || !(yield* archive.isCaughtUp)) {
          return yield* Refusals.refuseUnavailable("store_unavailable")
        }
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
)

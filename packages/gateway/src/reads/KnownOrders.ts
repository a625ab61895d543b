/**
 * Whether everything that was ever accepted is known to store and archive: then an id that neither knows is nobody's.
 */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Kept from "@flash-sale/infra/time/Kept"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { Unconfirmed } from "../guards/Unconfirmed.ts"
import { UnknownOutcomes } from "../guards/UnknownOutcomes.ts"
import { ArchiveReads } from "./ArchiveReads.ts"

/** How long the answer is cached whether the store knows every order. */
const WHOLE_KEPT = "1 second"

/**
 * How long after the store was away an id that it does not know may belong to an order that was accepted meanwhile, in
 * milliseconds: the id is known once its record is folded, and until then the answer is not "never placed".
 */
const DOUBT = 30_000

export class KnownOrders extends Context.Service<KnownOrders, {
  readonly isEvery: Effect.Effect<boolean, StoreUnavailable | ArchiveUnavailable>
}>()("@flash-sale/gateway/reads/KnownOrders") {}

export const layer: Layer.Layer<
  KnownOrders,
  never,
  ItemStore | RecoveryMarks | PartitionCount | StoreBreaker | Unconfirmed | UnknownOutcomes | ArchiveReads
> = Layer.effect(
  KnownOrders,
  Effect.gen(function*() {
    const store = yield* ItemStore
    const archive = yield* ArchiveReads
    const unconfirmed = yield* Unconfirmed
    const unknown = yield* UnknownOutcomes
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

    return {
      isEvery: Effect.gen(function*() {
        return (yield* isWhole) && !(yield* isInDoubt) && !unknown.isOverflowing() && (yield* archive.isCaughtUp)
      })
    }
  })
)

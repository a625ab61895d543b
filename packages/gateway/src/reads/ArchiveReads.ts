/**
 * What is asked of the archive, where there is one: with places of its own, and for a second at the most. Neither
 * health nor an order waits for it.
 */
import type { ArchivedOrder } from "@flash-sale/domain/archive/ArchivedOrder"
import type { ArchiveCursor, OrderFilter, OrderPage } from "@flash-sale/domain/archive/Questions"
import * as Archive from "@flash-sale/domain/ports/Archive"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as Kept from "@flash-sale/infra/time/Kept"
import { Context, Effect, Layer, Option, Semaphore } from "effect"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import * as RecentCommits from "../guards/RecentCommits.ts"
import type { StoreBreaker } from "../guards/StoreBreaker.ts"
import { TooManyReads } from "./ItemLists.ts"

/** How long one question may take. */
const TIMEOUT = "1 second"
/** Orders that are looked up at once, and pages that are read at once. Any further one is refused. */
export const MAX_LOOKUPS = 64
export const MAX_PAGES = 16
/** How long it is kept up to where the archive is told, and where something may be missing. */
const TOLD_KEPT = "1 second"

type Failed = Archive.ArchiveUnavailable | TooManyReads

export class ArchiveReads extends Context.Service<ArchiveReads, {
  /** The orders under a request id, of one buyer where one is given; none where there is no archive. */
  readonly find: (requestId: RequestId, of: UserId | undefined) => Effect.Effect<ReadonlyArray<ArchivedOrder>, Failed>
  /**
   * Whether it knows every order that held units and may have no status any more: it is not behind, and nothing may be
   * missing. True where there is no archive, as nobody else knows more then.
   */
  readonly isCaughtUp: Effect.Effect<boolean, Archive.ArchiveUnavailable | StoreUnavailable>
  readonly orders: (
    filter: OrderFilter,
    from: ArchiveCursor | undefined,
    limit: number
  ) => Effect.Effect<OrderPage, Failed | Archive.NoArchive>
}>()("@flash-sale/gateway/reads/ArchiveReads") {}

const silent = new Archive.ArchiveUnavailable({ detail: "the archive did not answer in time" })
const inTime = <A, E>(question: Effect.Effect<A, E>) =>
  Effect.timeoutOrElse(question, { duration: TIMEOUT, orElse: () => Effect.fail(silent) })

/** Asks in one of these places. */
const askingWithin = (places: number) => {
  const semaphore = Semaphore.makeUnsafe(places)
  return <A, E>(question: Effect.Effect<A, E>) =>
    Effect.flatMap(
      semaphore.withPermitsIfAvailable(1)(inTime(question)),
      Option.match({ onNone: () => Effect.fail(new TooManyReads()), onSome: Effect.succeed })
    )
}

export const layer: Layer.Layer<ArchiveReads, never, PartitionCount | StoreBreaker> = Layer.effect(
  ArchiveReads,
  Effect.gen(function*() {
    const archive = yield* Archive.optional
    const commits = yield* RecentCommits.RecentCommits
    const lookUp = askingWithin(MAX_LOOKUPS)
    const page = askingWithin(MAX_PAGES)
    const extent = yield* Kept.make(inTime(Effect.all([archive.told, archive.gaps])), TOLD_KEPT)

    return {
      find: (requestId, of) =>
        Effect.catchTag(lookUp(archive.find(requestId, of)), "NoArchive", () => Effect.succeed([])),
      isCaughtUp: Effect.gen(function*() {
        const [told, gaps] = yield* extent
        const wanted = yield* commits.aMomentAgo
        if (wanted === undefined) return false
        return [...wanted].every(([partition, commit]) => (told.get(partition) ?? 0) >= commit && !gaps.has(partition))
      }).pipe(Effect.catchTag("NoArchive", () => Effect.succeed(true))),
      orders: (filter, from, limit) => page(archive.orders(filter, from, limit))
    }
  })
).pipe(Layer.provide(RecentCommits.layer))

/**
 * Fills the archive: joins the group of the archives, and folds the partitions that it is given. Needs the ports only.
 * Why: docs/decisions/0051-the-archive.md.
 */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import type { LetterReader } from "@flash-sale/domain/ports/LetterReader"
import { OrderEvents, type OwnedEvents } from "@flash-sale/domain/ports/OrderEvents"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { outlivingBugs, repeated } from "@flash-sale/infra/observability/Background"
import { Duration, Effect, Layer, Schedule } from "effect"
import { ArchiveState } from "./intake/ArchiveState.ts"
import * as EventsWorker from "./intake/EventsWorker.ts"
import * as Letters from "./intake/Letters.ts"
import * as Retention from "./intake/Retention.ts"

/** The consumer group of those who fill an archive. */
export const GROUP = "order-archive"
/** Whoever owns this partition also reads the letters and deletes what is old, so that one of several does. */
const KEEPER = PartitionId.make(0)
/** How often the archive is asked whether it answers, also where this process has no partition to fold. */
const ASK_EVERY = Duration.seconds(1)
/** The wait before the group is joined again after a bug. */
const AGAIN_AFTER = Duration.seconds(5)

type Services = ArchiveWriter | ArchiveState | LetterReader

const work = (owned: OwnedEvents): Effect.Effect<void, never, Services> =>
  owned.partition === KEEPER
    ? Effect.raceFirst(EventsWorker.work(owned), Effect.raceFirst(Letters.fold, Retention.sweep))
    : EventsWorker.work(owned)

/** Works from when it is built until its scope closes. */
export const layer: Layer.Layer<never, never, OrderEvents | Services> = Layer.effectDiscard(
  Effect.gen(function*() {
    const events = yield* OrderEvents
    const writer = yield* ArchiveWriter
    const { persist } = yield* ArchiveState
    const context = yield* Effect.context<Services>()
    const ask = persist(writer.position("order-events", KEEPER))
    yield* Effect.forkScoped(repeated("asking the archive", ASK_EVERY)(ask))
    const fill = Effect.scoped(events.consume(GROUP, (owned) => Effect.provideContext(work(owned), context)))
    yield* Effect.forkScoped(Effect.retry(outlivingBugs("consuming order events")(fill), Schedule.spaced(AGAIN_AFTER)))
  })
)

/**
 * Folds one partition of events into the archive while this process owns it. The archive's own position says where
 * reading goes on, as it moves with what is taken in; the group's offsets follow it, for who watches them.
 */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import type { OwnedEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { LogDamaged } from "@flash-sale/domain/ports/OrderLog"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { outlivingBugs, repeated } from "@flash-sale/infra/observability/Background"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Duration, Effect, Schedule } from "effect"
import { ArchiveState } from "./ArchiveState.ts"
import * as EventReading from "./EventReading.ts"
import * as Pace from "./Pace.ts"
import * as Start from "./Start.ts"

/** Where fewer than that come they are gathered for so long: a transaction costs the same for one and for many. */
export const BATCH_EVERY = Duration.millis(100)
/** How often the end of the events is looked at, and the group's offset brought up to the archive's. */
const LOOK_EVERY = Duration.seconds(1)
/** The wait before events that are away are asked for again, and before reading begins anew after a bug. */
const untilBack = Schedule.jittered(Schedule.spaced("1 second"))

/** Works until the partition is revoked. What is in hand then is either in the archive or read again by the next. */
export const work = (owned: OwnedEvents): Effect.Effect<void, never, ArchiveWriter | ArchiveState> =>
  Effect.gen(function*() {
    const state = yield* ArchiveState
    yield* Effect.scoped(run(owned)).pipe(
      Effect.catchTag("PartitionLost", () => Effect.void),
      outlivingBugs(`archiving the events of partition ${owned.partition}`),
      Effect.retry(untilBack),
      // The schedule has no end, so no failure comes past it.
      Effect.orDie,
      Effect.raceFirst(owned.revoked),
      Effect.ensuring(state.release(owned.partition))
    )
  })

const run = Effect.fnUntraced(function*(owned: OwnedEvents) {
  const { partition } = owned
  const writer = yield* ArchiveWriter
  const state = yield* ArchiveState
  const pace = yield* Pace.Pace
  const position = yield* state.persist(writer.position("order-events", partition))
  const beginning = yield* Start.at("order-events", partition, position?.next, yield* owned.bounds)
  const from = beginning.next
  yield* state.begin(partition, from)
  yield* owned.seek(Offset.make(from))
  let next = from
  let wholeFrom = 0
  /** Whether what is read next does not follow what was read before. */
  let isGap = from !== position?.next
  let { isAnew } = beginning

  const take = Effect.suspend(() => owned.take(pace.events, wholeFrom)).pipe(
    Effect.catchTag("LogDamaged", (damage) =>
      Effect.gen(function*() {
        wholeFrom = (yield* owned.bounds).end
        // It is another source now: reading begins anew.
        if (wholeFrom < next) return yield* damage
        isGap = true
        yield* sayMissing(damage)
        return []
      }))
  )
  yield* Effect.forkScoped(watch(owned, () => next))
  while (true) {
    const records = yield* take
    const last = records.at(-1)
    if (last === undefined) continue
    const { batch, unreadable, ...read } = EventReading.read(partition, records)
    if (unreadable.length > 0) {
      yield* state.passedOver(partition, unreadable)
      // A record that is passed over may have told of an order.
      isGap = true
    }
    const missingBefore = read.missingBefore ?? (isGap ? EventReading.firstToldBy(records) : undefined)
    yield* state.persist(pace.keep(writer.record({ ...batch, missingBefore, isAnew })))
    isAnew = false
    if (missingBefore !== undefined) {
      if (position === undefined && next === from && missingBefore > 0) yield* sayIncomplete(partition, missingBefore)
      isGap = false
    }
    next = batch.next
    yield* state.reached(partition, batch.next, last.timestamp, batch.events.length)
    if (records.length < pace.events) yield* Effect.sleep(BATCH_EVERY)
  }
})

/** The records that are there are read on: an archive that stands still would lose them as well. */
const sayMissing = ({ offset, partition }: LogDamaged) =>
  Log.error(
    `Events from ${offset} on are missing in partition ${partition}: once the lag is 0, ` +
      `flash-sale archive rebuild --partition ${partition} tells them again from the log`,
    { event: "archive_events_missing", partition, offset }
  )

/** Events began later than the log, or the archive later than the events. */
const sayIncomplete = (partition: PartitionId, before: number) =>
  Log.warn(
    `What was told of records before ${before} in partition ${partition} may be missing: ` +
      `flash-sale archive rebuild --partition ${partition} adds it, and until then no order is said to be unknown`,
    { event: "archive_incomplete", partition, offset: before }
  )

/** The group's offset follows what is archived. Nothing reads on from it, so that a commit that fails costs nothing. */
const watch = (owned: OwnedEvents, next: () => number) => {
  let committed = -1
  return Effect.gen(function*() {
    const state = yield* ArchiveState
    yield* state.sawEnd(owned.partition, (yield* owned.bounds).end)
    const at = next()
    if (at === committed) return
    yield* owned.commit(Offset.make(at))
    committed = at
  }).pipe(repeated("looking for the end of the events", LOOK_EVERY))
}

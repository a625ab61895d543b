/** An archive that keeps what it is given, as its port promises, and fails when it is told to. */
import type * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import {
  type ArchiveBatch,
  type ArchivePosition,
  ArchiveUnavailable,
  ArchiveWriter
} from "@flash-sale/domain/ports/Archive"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"

type Events = ArchiveBatch["events"]

export interface Archived {
  readonly partition: PartitionId
  readonly event: CloudEvent.ItemCloudEvent
}

/** The counts of an item are one entry, of which the last ones count. */
const nameOf = ({ data, id, type }: CloudEvent.ItemCloudEvent): string =>
  JSON.stringify([type === "item.refused" ? type : id, data.itemId, "requestId" in data ? data.requestId : null])

const isLater = (event: CloudEvent.ItemCloudEvent, than: CloudEvent.ItemCloudEvent): boolean =>
  event.type === "item.refused" && Number(event.sequence) >= Number(than.sequence)

const isSameRecord = (one: CloudEvent.ItemCloudEvent, other: CloudEvent.ItemCloudEvent): boolean =>
  one.type === other.type && one.sequence === other.sequence && one.time === other.time

export const make = () => {
  const events = new Map<string, Archived>()
  const rebuilt = new Map<PartitionId, Offset>()
  const positions = new Map<string, ArchivePosition>()
  const seen = {
    batches: [] as Array<ArchiveBatch>,
    swept: [] as Array<number>,
    /** So many of the next calls fail. `lateFailures` of `record` fail though all is taken in. */
    failures: 0,
    lateFailures: 0,
    /** So many of the next calls are hit by a bug. */
    bugs: 0,
    newest: undefined as number | undefined
  }
  const away = new ArchiveUnavailable({ detail: "it is away" })
  const answer = <A>(make: () => A): Effect.Effect<A, ArchiveUnavailable> =>
    Effect.suspend(() => {
      if (seen.bugs > 0) {
        seen.bugs--
        return Effect.die(new Error("a bug of the archive"))
      }
      if (seen.failures === 0) return Effect.sync(make)
      seen.failures--
      return Effect.fail(away)
    })
  const take = (partition: PartitionId, taken: Events): void => {
    for (const { event } of taken) {
      if (event.type === "log.position") throw new Error("log.position is no event for an archive")
      const known = events.get(nameOf(event))
      if (known === undefined || isLater(event, known.event)) events.set(nameOf(event), { partition, event })
    }
  }
  const replace = (partition: PartitionId, taken: Events, from: Offset): number => {
    let replaced = 0
    for (const { event } of taken) {
      if (event.type === "log.position" || event.type === "item.refused") continue
      const old = events.get(nameOf(event))
      if (old === undefined || Number(old.event.sequence) < from || isSameRecord(old.event, event)) continue
      events.delete(nameOf(event))
      replaced++
    }
    take(partition, taken)
    return replaced
  }
  const writer = ArchiveWriter.of({
    record: (batch) =>
      Effect.flatMap(
        answer(() => {
          seen.batches.push(batch)
          take(batch.partition, batch.events)
          const name = `${batch.source}/${batch.partition}`
          const before = positions.get(name)
          if (before !== undefined && batch.next < before.next && batch.isAnew !== true) return
          positions.set(name, { next: batch.next, told: batch.told ?? before?.told })
        }),
        () => seen.lateFailures-- > 0 ? Effect.fail(away) : Effect.void
      ),
    position: (source, partition) => answer(() => positions.get(`${source}/${partition}`)),
    add: (partition, taken, from) => answer(() => replace(partition, taken, from)),
    shorten: (partition, end) =>
      answer(() => {
        const position = positions.get(`order-events/${partition}`)
        if ((position?.told ?? 0) <= end) return false
        positions.set(`order-events/${partition}`, { ...position!, told: undefined })
        return true
      }),
    rebuilt: (partition, until) =>
      answer(() => {
        rebuilt.set(partition, until)
        const position = positions.get(`order-events/${partition}`)
        if (position === undefined || (position.told ?? 0) >= until) return
        positions.set(`order-events/${partition}`, { ...position, told: until })
      }),
    deleteUnexplained: (partition, { from, until }, isExplained, limit) =>
      answer(() => {
        const inRange = [...events].filter(([, { event, partition: own }]) =>
          own === partition && Number(event.sequence) >= from && Number(event.sequence) < until
        )
        const unexplained = inRange.filter(([, { event: { data, id, sequence, time, type } }]) =>
          !isExplained({
            id,
            type,
            itemId: data.itemId,
            requestId: "requestId" in data ? data.requestId : undefined,
            sequence: Number(sequence),
            time: type === "item.refused" ? undefined : Date.parse(time)
          })
        ).slice(0, limit)
        for (const [name] of unexplained) events.delete(name)
        return unexplained.length
      }),
    newest: answer(() => seen.newest),
    retire: (before) =>
      answer(() => {
        seen.swept.push(before)
        return 0
      })
  })
  return { layer: Layer.succeed(ArchiveWriter, writer), events, positions, rebuilt, seen }
}

export type TestWriter = ReturnType<typeof make>

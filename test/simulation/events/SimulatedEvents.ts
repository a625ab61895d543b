/**
 * The topic of events. It may lose what is appended to it, or its answer, take a part of it, or take it long after it
 * was taken for lost, and is away for a while. It keeps what it has taken, and so what is committed and put as letters
 * can be compared with what was told by then.
 */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import { EventsTold, type NewEvent, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, Layer, Random } from "effect"
import * as Chance from "../Chance.ts"
import * as Process from "../Process.ts"
import type { Trace } from "../Trace.ts"

/** How long events may be on their way that are taken for lost. */
const MAX_LATE_MILLIS = 15_000

export interface ToldEvent extends NewEvent {
  /** The header: everything before it is told. */
  readonly next: Offset
}

/** What a processor that tells has done, and how many events the partition held then. */
export type Deed =
  & { readonly partition: PartitionId; readonly told: number }
  & ({ readonly committed: Offset } | { readonly letter: DeadLetter })

export const make = (faults: Chance.Faults, partitions: ReadonlyArray<PartitionId>, trace: Trace) => {
  const events: ReadonlyArray<Array<ToldEvent>> = partitions.map(() => [])
  const deeds: Array<Deed> = []
  let backAt = 0
  let underWay = 0
  /** Whether a processor has worked that tells nothing, as an older build does. */
  let isToldByAll = true
  /** Up to where such a processor has committed. */
  const committedInSilence = new Map<PartitionId, number>()
  /** From where on a partition is told: one that holds no event yet is told from the commit on. */
  const begunAt = new Map<PartitionId, number>()

  const write = (partition: PartitionId, some: ReadonlyArray<NewEvent>, next: Offset) =>
    Effect.suspend(() => {
      events[partition]!.push(...some.map((event) => ({ ...event, next })))
      return trace.note(`tell ${partition}, next ${next}: ${some.map(({ value }) => value).join(" ")}`)
    })

  const writeLate = (partition: PartitionId, some: ReadonlyArray<NewEvent>, next: Offset) =>
    Effect.gen(function*() {
      underWay++
      yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(1_000, MAX_LATE_MILLIS)))
      yield* write(partition, some, next)
      underWay--
    }).pipe(Effect.provideService(Process.Process, Process.world), Effect.forkDetach)

  const away = (detail: string) => new LogUnavailable({ detail })
  const isAway = Effect.map(Monotonic.now, (now) => now < backAt)

  const append = Effect.fnUntraced(function*(partition: PartitionId, some: ReadonlyArray<NewEvent>, next: Offset) {
    yield* Chance.slowly(faults.eventsSlow)
    if ((yield* isAway) || (yield* Chance.happens(faults.eventsLost))) return yield* away("lost")
    if (yield* Chance.happens(faults.eventsLate)) {
      yield* writeLate(partition, some, next)
      return yield* away("late")
    }
    const isPart = some.length > 1 && (yield* Chance.happens(faults.eventsLost))
    yield* write(partition, isPart ? some.slice(0, yield* Random.nextIntBetween(1, some.length)) : some, next)
    if (isPart || (yield* Chance.happens(faults.eventsUnanswered))) return yield* away("answer lost")
    yield* Chance.pause
  })

  /** Notes what a processor does that must come after its events. */
  const note = (
    partition: PartitionId,
    deed: { readonly committed: Offset } | { readonly letter: DeadLetter }
  ): Effect.Effect<void> =>
    Effect.map(EventsTold, (told) => {
      if (told === "off") {
        isToldByAll = false
        if ("committed" in deed) committedInSilence.set(partition, deed.committed)
      } else deeds.push({ ...deed, partition, told: events[partition]!.length })
    })

  return {
    events,
    deeds,
    note,
    isToldByAll: () => isToldByAll,
    begunAt: (partition: PartitionId): number => begunAt.get(partition) ?? 0,
    underWay: () => underWay,
    /** It takes nothing for so long. */
    leave: (millis: number) =>
      Effect.gen(function*() {
        backAt = (yield* Monotonic.now) + millis
        yield* trace.note(`the events are away for ${millis / 1000} s`)
      }),
    layer: Layer.succeed(OrderEvents, {
      append,
      told: (partition) =>
        Effect.gen(function*() {
          yield* Chance.pause
          if ((yield* isAway) || (yield* Chance.happens(faults.eventsLost))) return yield* away("no answer")
          const last = events[partition]!.at(-1)
          if (last === undefined) begunAt.set(partition, committedInSilence.get(partition) ?? 0)
          return last?.next
        }),
      bounds: () => Effect.die(new Error("the processor does not ask where its events end")),
      consume: () => Effect.die(new Error("the processor does not consume its events")),
      isUp: Effect.map(isAway, (is) => !is),
      warnings: Effect.succeed([])
    })
  }
}

export type SimulatedEvents = ReturnType<typeof make>

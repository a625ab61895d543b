/**
 * The log. It may lose an append or its answer, append twice, or append long after it was taken for lost. Its last
 * records may go, as in a broker that is restored from a backup, and its first ones, as in one that keeps only so much,
 * and those between, or all with the topic. While its number of partitions is not the right one nobody uses it.
 */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import {
  AppendRefused,
  AppendUnknown,
  LogRefused,
  OrderLog,
  type PartitionBounds
} from "@flash-sale/domain/ports/OrderLog"
import type { LogPosition, LogRecord, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect, Latch, Layer, Random, Stream } from "effect"
import * as Chance from "./Chance.ts"
import * as LostRecords from "./LostRecords.ts"
import * as Process from "./Process.ts"
import * as SimulatedGroup from "./SimulatedGroup.ts"
import * as SimulatedHoles from "./SimulatedHoles.ts"
import type { Trace } from "./Trace.ts"

export const PARTITIONS = 2
/** How long a record may be on its way that is taken for lost. */
const MAX_LATE_MILLIS = 25_000

/** How long the broker of a log that was cut is away: a worker that lives on asks more often. */
const AWAY_MILLIS = 2_000

const OTHER_NUMBER = "the topic has another number of partitions"

/** A record as any producer may send it. */
export interface Produced extends Pick<NewRecord, "value" | "headers"> {
  readonly key: string | undefined
}

const utf8 = new TextEncoder()
export const partitions = Array.from({ length: PARTITIONS }, (_, index) => PartitionId.make(index))

export const make = Effect.fnUntraced(function*(
  faults: Chance.Faults,
  trace: Trace,
  onCommit: SimulatedGroup.Shared["onCommit"]
) {
  const records: Array<Array<LogRecord>> = partitions.map(() => [])
  /** What is before it cannot be read any more. */
  const starts = partitions.map(() => Offset.make(0))
  const committed: Array<Offset | undefined> = partitions.map(() => undefined)
  const grown = yield* Latch.make(false)
  /** How often the end of each was cut. */
  const cuts = partitions.map(() => 0)
  const lost = LostRecords.make()
  const holes = SimulatedHoles.make(records)
  /** Closed while the topic has another number of partitions. */
  const numbered = yield* Latch.make(true)
  let isNumbered = true
  /** Before these moments nothing can be appended: the broker is not back yet. */
  const backAt = partitions.map(() => 0)
  const appended = new WeakMap<LogRecord, number>()
  let underWay = 0

  const bounds = (partition: PartitionId): PartitionBounds => ({
    start: starts[partition]!,
    end: Offset.make(records[partition]!.length)
  })

  const write = Effect.fnUntraced(function*(partition: PartitionId, record: Produced) {
    // By the clock of whoever appends it.
    const timestamp = Math.floor(yield* Clock.currentTimeMillis)
    const value = utf8.encode(record.value)
    const offset = Offset.make(records[partition]!.length)
    const written = { partition, offset, timestamp, key: record.key, value, headers: record.headers }
    records[partition]!.push(written)
    appended.set(written, yield* Monotonic.now)
    yield* trace.note(`append ${partition}/${offset} ${record.headers["type"] ?? "place"} ${record.value}`)
    yield* grown.open
    return offset
  })

  const isAway = (partition: PartitionId) => Effect.map(Monotonic.now, (now) => now < backAt[partition]!)

  /** On its way in the network, whatever becomes of its sender. */
  const writeLate = (partition: PartitionId, record: Produced) =>
    Effect.gen(function*() {
      underWay++
      yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(1_000, MAX_LATE_MILLIS)))
      while (yield* isAway(partition)) yield* Effect.sleep("1 second")
      yield* write(partition, record)
      underWay--
    }).pipe(Effect.provideService(Process.Process, Process.world), Effect.forkDetach)

  const produce = Effect.fnUntraced(function*(partition: PartitionId, record: Produced) {
    yield* Chance.pause
    if ((yield* isAway(partition)) || (yield* Chance.happens(faults.appendLost))) {
      return yield* new AppendUnknown({ detail: "lost" })
    }
    if (yield* Chance.happens(faults.appendLate)) {
      yield* writeLate(partition, record)
      return yield* new AppendUnknown({ detail: "late" })
    }
    const offset = yield* write(partition, record)
    if (yield* Chance.happens(faults.appendTwice)) yield* write(partition, record)
    if (yield* Chance.happens(faults.appendUnanswered)) return yield* new AppendUnknown({ detail: "answer lost" })
    return { partition, offset }
  })

  const append = ({ headers, itemId, value }: NewRecord) =>
    Effect.suspend((): Effect.Effect<LogPosition, AppendRefused | AppendUnknown> =>
      isNumbered
        ? produce(home(itemId, PARTITIONS), { key: itemId, value, headers })
        : Effect.fail(new AppendRefused({ detail: OTHER_NUMBER }))
    )

  const group = yield* SimulatedGroup.make({ partitions, records, holes, bounds, committed, grown, onCommit, trace })

  /**
   * A broker restored from a backup: what came after is gone, perhaps with what the group has committed since. Nobody
   * appends anything before it is back.
   */
  const cut = Effect.fnUntraced(function*(partition: PartitionId, end: number) {
    backAt[partition] = (yield* Monotonic.now) + AWAY_MILLIS
    lost.add(records[partition]!.splice(end))
    cuts[partition]!++
    const known = committed[partition]
    if (known !== undefined && known > end && (yield* Random.nextBoolean)) committed[partition] = Offset.make(end)
    yield* trace.note(`the log of partition ${partition} is cut at ${end}`)
  })

  /** Records are kept only so long. */
  const trim = Effect.fnUntraced(function*(partition: PartitionId, start: number) {
    starts[partition] = Offset.make(start)
    yield* trace.note(`the log of partition ${partition} begins at ${start}`)
  })

  /** A record is gone, and those around it are there. */
  const hole = Effect.fnUntraced(function*(partition: PartitionId, offset: number) {
    holes.add(partition, offset)
    cuts[partition]!++
    yield* trace.note(`record ${partition}/${offset} is gone`)
  })

  /** The topic is deleted, with what the group has committed, and comes back empty. */
  const remake = Effect.forEach(partitions, (partition) =>
    Effect.gen(function*() {
      yield* cut(partition, 0)
      starts[partition] = Offset.make(0)
      committed[partition] = undefined
      holes.clear(partition)
    }), { discard: true })

  /** The topic has another number of partitions for so long. */
  const renumber = Effect.fnUntraced(function*(millis: number) {
    const set = (is: boolean) =>
      Effect.suspend(() => {
        isNumbered = is
        return Effect.andThen(
          is ? numbered.open : numbered.close,
          trace.note(`the number of partitions is right: ${is}`)
        )
      })
    yield* set(false)
    yield* Effect.forkDetach(Effect.andThen(Effect.sleep(millis), set(true)))
  })

  /** What the group has committed is deleted. */
  const forget = Effect.suspend(() => {
    committed.fill(undefined)
    return trace.note("the group is deleted")
  })

  const numberOf = Effect.suspend(() =>
    isNumbered
      ? Effect.succeed(PARTITIONS)
      : Effect.fail(new LogRefused({ problem: "partitions", detail: OTHER_NUMBER }))
  )

  const reader = Layer.succeed(LogReader, {
    partitions: numberOf,
    bounds: (partition) => Effect.sync(() => bounds(partition)),
    committed: (partition) => Effect.sync(() => committed[partition]),
    read: (partition, from, until, how) =>
      Stream.suspend(() => {
        const { damage, records } = holes.read(partition, from, until, how === "as is" ? until : 0)
        return damage === undefined ? Stream.make(records) : Stream.concat(Stream.make(records), Stream.fail(damage))
      }),
    damage: (partition, from) => Effect.sync(() => holes.read(partition, from, bounds(partition).end, 0).damage)
  })

  // What is offered is appended by the process that was built with this, and by its clock.
  const log = Layer.effect(
    OrderLog,
    Effect.map(Effect.context<never>(), (context) => {
      const run = Effect.runCallbackWith(context)
      return {
        partitions: numberOf,
        append,
        offer: (record, answered) => void run(append(record), { onExit: answered }),
        consume: (worker) => Effect.andThen(numbered.await, group.consume(worker)),
        isUp: Effect.sync(() => isNumbered),
        trouble: Effect.sync(() => isNumbered ? undefined : OTHER_NUMBER),
        warnings: Effect.succeed([])
      }
    })
  )

  return {
    layer: Layer.merge(log, reader),
    append,
    /** Somebody else's producer: any key, or none, in any partition. */
    produce,
    records,
    holes,
    bounds,
    committed,
    cuts,
    lost,
    /** When it came, in milliseconds since the world began: its timestamp is that of a clock that may be wrong. */
    appendedAt: (record: LogRecord): number => appended.get(record)!,
    /** Records that will still come, though no append waits for them. */
    underWay: () => underWay,
    cut,
    trim,
    hole,
    remake,
    renumber,
    forget,
    rebalance: group.rebalance,
    disband: group.disband,
    watch: group.watch
  }
})

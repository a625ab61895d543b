/** How the archive is filled by this process: for its health and its gauges. */
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Answers from "@flash-sale/infra/observability/ArchiveAnswers"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as ArchiveMetrics from "@flash-sale/infra/observability/metrics/ArchiveMetrics"
import { Clock, Context, Effect, Layer, Metric } from "effect"
import type { Unreadable } from "./EventReading.ts"
import * as Lag from "./Lag.ts"

/** Kinds of unreadable events that are told apart in log lines. Those beyond are counted. */
const MAX_KINDS = 20

export class ArchiveState extends Context.Service<
  ArchiveState,
  Answers.Answers & {
    /** Reading of a partition begins here. */
    readonly begin: (partition: PartitionId, next: number) => Effect.Effect<void>
    /** Before `next` all of a partition is archived, `count` events of it just now; the newest is of this time. */
    readonly reached: (partition: PartitionId, next: number, newest: number, count: number) => Effect.Effect<void>
    /** The next event of the partition will get this offset. */
    readonly sawEnd: (partition: PartitionId, end: number) => Effect.Effect<void>
    /** The partition is another's now. */
    readonly release: (partition: PartitionId) => Effect.Effect<void>
    /** Records were passed over. Each kind has one line. */
    readonly passedOver: (partition: PartitionId, found: ReadonlyArray<Unreadable>) => Effect.Effect<void>
    readonly partitions: () => ReadonlyMap<PartitionId, Lag.Progress>
  }
>()("@flash-sale/archive/intake/ArchiveState") {}

export const layer: Layer.Layer<ArchiveState> = Layer.effect(
  ArchiveState,
  Effect.gen(function*() {
    const partitions = new Map<PartitionId, Lag.Progress>()
    const kinds = new Set<string>()
    const answers = Answers.make({ up: ArchiveMetrics.up, waits: "what fills it" })
    yield* Effect.forEach(ArchiveMetrics.all, Metric.value, { discard: true })

    const showLag = Effect.suspend(() => Metric.update(ArchiveMetrics.lag, Lag.worst(partitions.values())))
    const change = (partition: PartitionId, to: (now: number, before: Lag.Progress | undefined) => Lag.Progress) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        partitions.set(partition, to(now, partitions.get(partition)))
        return showLag
      })
    return {
      persist: answers.persist,
      begin: (partition, next) => change(partition, (now) => Lag.begin(next, now)),
      reached: (partition, next, newest, count) =>
        Effect.andThen(
          Metric.update(ArchiveMetrics.events, count),
          change(partition, (now, before) => Lag.reached(before ?? Lag.begin(next, now), next, newest))
        ),
      sawEnd: (partition, end) =>
        change(partition, (now, before) => Lag.sawEnd(before ?? Lag.begin(end, now), end, now)),
      release: (partition) => Effect.andThen(Effect.sync(() => partitions.delete(partition)), showLag),
      passedOver: (partition, found) =>
        Effect.andThen(
          Metric.update(ArchiveMetrics.unreadable, found.length),
          Effect.forEach(found, ({ kind, offset }) => {
            if (kinds.has(kind) || kinds.size >= MAX_KINDS) return Effect.void
            kinds.add(kind)
            return Log.error(`Event ${offset} is passed over, and others of its kind: ${kind}`, {
              event: "archive_event_unreadable",
              partition,
              offset
            })
          }, { discard: true })
        ),
      partitions: () => partitions,
      away: answers.away
    }
  })
)

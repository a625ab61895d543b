/**
 * How long an order would wait until it is decided: the records before it that are not folded yet, divided by the rate
 * at which the processor folds. Where backlog or rate are unknown the estimate is 0. Why:
 * docs/decisions/0014-the-wait-estimate.md.
 *
 * **Details**: it is asked for with every order, so it is computed from the last reading. Readings are made in the
 * background, and only while orders come. What was folded since the reading is taken into account.
 */
import { type Backlog, Backlogs, waitMillis } from "@flash-sale/domain/ports/Backlogs"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Duration, Effect, Exit, Layer } from "effect"
import { PartitionCount } from "./PartitionCount.ts"
import { StoreBreaker } from "./StoreBreaker.ts"

/** How old a reading may be before the next is begun. */
const READ_EVERY = Duration.millis(250)

export class WaitEstimate extends Context.Service<WaitEstimate, {
  /** For an order of this item that would be appended now, in milliseconds. */
  readonly before: (itemId: ItemId) => number
  /** For the order at this position, in milliseconds. Later orders of its partition wait behind it. */
  readonly at: (position: LogPosition) => number
}>()("@flash-sale/gateway/guards/WaitEstimate") {}

export const layer: Layer.Layer<WaitEstimate, never, PartitionCount | StoreBreaker> = Layer.effect(
  WaitEstimate,
  Effect.gen(function*() {
    const backlogs = yield* Backlogs
    const storeBreaker = yield* StoreBreaker
    const partitionCount = yield* PartitionCount
    const monotonic = yield* Monotonic.reader
    const run = Effect.runCallbackWith(yield* Effect.context<never>())
    const readEvery = Duration.toMillis(READ_EVERY)
    /** What was read last. */
    let readings: ReadonlyMap<PartitionId, Backlog> = new Map()
    let readAt = Number.NEGATIVE_INFINITY
    let isReading = false
    /** The last offset that this gateway has seen in each partition. */
    const ends = new Map<PartitionId, number>()

    const read = (now: number): void => {
      isReading = true
      run(outlivingBugs("reading backlogs")(storeBreaker.askAside(backlogs.read)), {
        onExit: (found) => {
          isReading = false
          readAt = now
          if (Exit.isSuccess(found)) readings = found.value
        }
      })
    }

    const wait = (partition: PartitionId, offset: number): number => {
      const now = monotonic()
      if (!isReading && now - readAt >= readEvery) read(now)
      const backlog = readings.get(partition)
      return backlog === undefined ? 0 : Math.max(0, waitMillis(backlog, offset) - (now - readAt))
    }

    return {
      before: (itemId) => {
        const count = partitionCount.now()
        if (count === undefined || ends.size === 0) return 0
        const partition = home(itemId, count)
        const end = ends.get(partition)
        return end === undefined ? 0 : wait(partition, end + 1)
      },
      at: ({ offset, partition }) => {
        ends.set(partition, Math.max(offset, ends.get(partition) ?? offset))
        return wait(partition, offset)
      }
    }
  })
)

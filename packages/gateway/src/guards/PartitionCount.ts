/** How many partitions the log has, read in the background: requests do not wait for a log that is away. */
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import { Context, Effect, Fiber, Layer, Schedule } from "effect"

/** How often the log is asked, and how long the start of the gateway waits for the answer. */
const ASK_EVERY = "500 millis"
const START_TIMEOUT = "1 second"

export class PartitionCount extends Context.Service<PartitionCount, {
  /** The number of partitions; fails while it is not known yet. */
  readonly partitions: Effect.Effect<number, StoreUnavailable>
  /** The same now; undefined while it is not known yet. */
  readonly now: () => number | undefined
}>()("@flash-sale/gateway/guards/PartitionCount") {}

export const layer: Layer.Layer<PartitionCount, never, OrderLog> = Layer.effect(
  PartitionCount,
  Effect.gen(function*() {
    const log = yield* OrderLog
    let partitions: number | undefined
    const asking = yield* log.partitions.pipe(
      outlivingBugs("reading the number of partitions"),
      Effect.retry(Schedule.spaced(ASK_EVERY)),
      Effect.tap((count) => Effect.sync(() => partitions = count)),
      Effect.forkScoped
    )
    yield* Effect.timeoutOption(Fiber.await(asking), START_TIMEOUT)
    return {
      now: () => partitions,
      partitions: Effect.suspend(() =>
        partitions === undefined
          ? Effect.fail(new StoreUnavailable({ detail: "it is not known yet how many partitions the log has" }))
          : Effect.succeed(partitions)
      )
    }
  })
)

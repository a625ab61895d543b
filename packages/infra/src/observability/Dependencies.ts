/** Whether the dependencies of a service answer: gauges, and one log line for each change. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Duration, Effect, Layer, Metric, Schedule } from "effect"
import * as Log from "./logs/Log.ts"
import * as EngineMetrics from "./metrics/EngineMetrics.ts"
import type { Service } from "./metrics/Series.ts"

/** How often each is asked. */
export const ASK_EVERY = Duration.seconds(1)

/** What a line calls them. The event's `detail` and the gauges keep their names: decision 0023. */
type Names = Readonly<Record<keyof EngineMetrics.DependencyGauges, string>>
const DISTRIBUTED: Names = { kafka: "kafka", redis: "redis" }
/** An engine on one file has neither. */
export const EMBEDDED: Names = { kafka: "the log in the embedded file", redis: "the store in the embedded file" }

/** Asks for as long as the layer lives. In one process with several services each is asked once for all of them. */
export const layer = (
  services: ReadonlyArray<Service>,
  names: Names = DISTRIBUTED
): Layer.Layer<never, never, OrderLog | ItemStore> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const ask = Effect.all([
      watch("kafka", names, services, log.isUp, log.trouble),
      watch("redis", names, services, store.isUp, store.trouble)
    ], { concurrency: 2, discard: true })
    yield* Effect.forkScoped(Effect.repeat(ask, Schedule.spaced(ASK_EVERY)))
  }))

const watch = (
  name: keyof EngineMetrics.DependencyGauges,
  names: Names,
  services: ReadonlyArray<Service>,
  isUp: Effect.Effect<boolean>,
  trouble: Effect.Effect<string | undefined> = Effect.undefined
) => {
  let last: boolean | undefined
  return Effect.gen(function*() {
    const now = yield* isUp
    for (const service of services) yield* Metric.update(EngineMetrics.up[service][name], now ? 1 : 0)
    const hasChanged = now !== last
    // A dependency that is down at startup is reported by the component that waits for it.
    const isNews = hasChanged && (last !== undefined || now)
    last = now
    if (!isNews) return
    if (now) return yield* Log.info(`${names[name]} answers`, { event: "dependency_up", detail: name })
    const why = yield* trouble
    yield* Log.warn(why === undefined ? `${names[name]} does not answer` : `${names[name]} takes no writes: ${why}`, {
      event: "dependency_down",
      detail: name
    })
  })
}

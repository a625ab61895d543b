/** Where `reconcile` and `recover` find the log, and the store that is compared with it. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Infra from "@flash-sale/infra/Infra"
import * as Settings from "@flash-sale/infra/Settings"
import { Effect, Layer, Option, References, Schedule } from "effect"
import * as CommandFailed from "./CommandFailed.ts"
import * as Target from "./Target.ts"

/** How long a store may take to answer at first, and how often it is asked. */
const PATIENCE = "5 seconds"
const ASK_EVERY = "20 millis"

/** Whether Kafka and Redis are meant, or the embedded file. */
export const isDistributed = (place: Target.Target) =>
  Effect.map(Settings.IsDistributed, (given) => given && !place.embedded && Option.isNone(place.dataDir))

export const settings = Settings.all({ redis: Settings.RedisSettings, kafka: Settings.KafkaSettings })

/** Lines of the adapters that only say how things go are none of the command's output. */
export const quiet = Layer.succeed(References.MinimumLogLevel, "Warn")

/** The log and the engine's own store, beside whatever runs. */
export const layer = (place: Target.Target) =>
  Layer.unwrap(Effect.gen(function*() {
    if (!(yield* isDistributed(place))) return Infra.layerItemsBeside(yield* Target.embedded(place))
    const { kafka, redis } = yield* settings
    return Layer.merge(Infra.layerItems(redis), Infra.layerReader(kafka))
  })).pipe(Layer.provideMerge(quiet))

/** Waits until the store answers; gives up in words. */
export const untilUp = Effect.gen(function*() {
  const store = yield* ItemStore
  const { location } = yield* StoredItems
  yield* Effect.repeat(store.isUp, { until: (up: boolean) => up, schedule: Schedule.spaced(ASK_EVERY) }).pipe(
    Effect.timeoutOrElse({
      duration: PATIENCE,
      orElse: () =>
        Effect.flatMap(
          store.trouble,
          (why = "no answer") => Effect.fail(CommandFailed.failed(`${location} does not answer: ${why}`))
        )
    })
  )
})

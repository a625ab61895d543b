/** Where `reconcile` and `recover` find the log, and the store that is compared with it. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Layer, Schedule } from "effect"
import * as CommandFailed from "./CommandFailed.ts"
import * as EngineName from "./EngineName.ts"
import * as Target from "./Target.ts"

/** How long a store may take to answer at first, and how often it is asked. */
const TIMEOUT = "5 seconds"
const ASK_EVERY = "20 millis"

/** The log and the engine's own store, beside whatever runs. */
export const layer = (place: Target.Target) =>
  Layer.unwrap(Effect.gen(function*() {
    if (!(yield* Target.isDistributed(place))) {
      const settings = yield* Target.embedded(place)
      yield* EngineName.sayEmbedded(settings)
      // What is compared is read from its pages: where they are damaged, nothing that is found says anything.
      return Layer.provideMerge(Infra.layerItemsBeside(settings), Layer.effectDiscard(Infra.verifyEmbedded(settings)))
    }
    const { kafka, redis } = yield* Target.distributed
    yield* EngineName.sayDistributed({ kafka, redis })
    return Layer.merge(Infra.layerItems(redis, "operator"), Infra.layerReader(kafka))
  })).pipe(Layer.provideMerge(Target.quiet))

/** Waits until the store answers; gives up in words. */
export const untilUp = Effect.gen(function*() {
  const store = yield* ItemStore
  const { location } = yield* StoredItems
  yield* Effect.repeat(store.isUp, { until: (up: boolean) => up, schedule: Schedule.spaced(ASK_EVERY) }).pipe(
    Effect.timeoutOrElse({
      duration: TIMEOUT,
      orElse: () =>
        Effect.flatMap(
          store.trouble,
          (why = "no answer") => Effect.fail(CommandFailed.unreachable(`${location} does not answer: ${why}`))
        )
    })
  )
})

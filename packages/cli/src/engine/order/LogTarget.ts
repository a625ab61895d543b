/** Where a command reads the log of the engine whose stores it reaches. */
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Layer } from "effect"
import * as Target from "../../terminal/Target.ts"

/** Beside whatever runs. Which engine it is has been said. */
export const layer = (place: Target.Target) =>
  Layer.unwrap(Effect.gen(function*() {
    if (yield* Target.isDistributed(place)) return Infra.layerReader((yield* Target.distributed).kafka)
    const reader: Layer.Layer<LogReader, Layer.Error<ReturnType<typeof Infra.layerItemsBeside>>> = Infra
      .layerItemsBeside(yield* Target.embedded(place))
    return reader
  }))

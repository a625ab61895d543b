/** Where a command finds the archive of the engine whose stores it reaches. */
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as Settings from "@flash-sale/infra/Settings"
import { Effect, Layer } from "effect"
import * as Target from "../../terminal/Target.ts"

/** Beside whatever runs: none where the engine has none. Which engine it is has been said. */
export const layer = (place: Target.Target) =>
  Layer.unwrap(Effect.gen(function*() {
    if (yield* Target.isDistributed(place)) return InfraArchives.layer(yield* Settings.ArchiveSettings)
    const file: Layer.Layer<InfraArchives.Archives, Layer.Error<ReturnType<typeof InfraArchives.layerBeside>>> =
      InfraArchives.layerBeside(yield* Target.embedded(place))
    return file
  }))

/** The ports of a gateway that warms up. Loaded when they are used, as what they stand in for is. */
import { Effect, Layer } from "effect"

/** The adapters of Kafka and Redis, over connections that lead nowhere. */
export const layer = Layer.unwrap(
  Effect.map(Effect.promise(() => import("./warmup/WarmUpPorts.ts")), ({ layer }) => layer)
)

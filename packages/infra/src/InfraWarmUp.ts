/**
 * The ports of a gateway that warms up. The command line imports them for `flash-sale gateway`, which hands them to the
 * gateway. They are loaded when they are used, as the adapters that they stand in for are.
 */
import { Effect, Layer } from "effect"

/** The adapters of Kafka and Redis, over connections that lead nowhere. */
export const layer = Layer.unwrap(
  Effect.map(Effect.promise(() => import("./warmup/WarmUpPorts.ts")), ({ layer }) => layer)
)

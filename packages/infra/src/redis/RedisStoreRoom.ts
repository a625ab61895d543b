/** How much of `maxmemory` Redis uses. */
import { StoreRoom } from "@flash-sale/domain/ports/StoreRoom"
import { Effect, Layer } from "effect"
import * as ServerInfo from "./client/ServerInfo.ts"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"

export const layer: Layer.Layer<never, never, IoRedis> = Layer.effect(
  StoreRoom,
  Effect.map(IoRedis, ({ use }) => ({
    used: Effect.mapError(Effect.map(use((redis) => redis.info("memory")), ServerInfo.usedShare), unavailable)
  }))
)

/** The ports that Redis serves, over one connection (and one more that waits for live events). */
import { NodeFileSystem } from "@effect/platform-node"
import type { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { Effect, Layer } from "effect"
import { StoreRoom } from "../resilience/StoreRoom.ts"
import type { RedisSettings } from "./client/RedisSettings.ts"
import * as ServerInfo from "./client/ServerInfo.ts"
import { unavailable } from "./client/WrongContent.ts"
import * as IoRedis from "./IoRedis.ts"
import * as RedisBacklogs from "./RedisBacklogs.ts"
import * as RedisFoldedLog from "./RedisFoldedLog.ts"
import * as RedisIdempotencyKeys from "./RedisIdempotencyKeys.ts"
import * as RedisInstances from "./RedisInstances.ts"
import * as RedisItemStore from "./RedisItemStore.ts"
import * as RedisLiveEvents from "./RedisLiveEvents.ts"
import * as RedisOrderStatuses from "./RedisOrderStatuses.ts"
import * as RedisRecoveryMarks from "./RedisRecoveryMarks.ts"
import * as RedisRights from "./RedisRights.ts"
import * as RedisStoredItems from "./RedisStoredItems.ts"
import * as RedisStoreMove from "./RedisStoreMove.ts"
import type { User } from "./rights/Users.ts"
import * as Scripts from "./Scripts.ts"

/** How much of `maxmemory` Redis uses. Every connection may ask. */
const storeRoom: Layer.Layer<never, never, IoRedis.IoRedis> = Layer.effect(
  StoreRoom,
  Effect.map(IoRedis.IoRedis, ({ use }) => ({
    used: Effect.mapError(Effect.map(use((redis) => redis.info("memory")), ServerInfo.usedShare), unavailable)
  }))
)

const rightsOf = (user: User | undefined) => user === undefined ? Layer.empty : RedisRights.layer(user)

/**
 * The ports that Redis serves. Builds at once and never fails: it connects in the background, and `isUp` says whether
 * it is connected. A named user's rights are looked at, and lines say what is missing.
 */
export const layer = (
  settings: RedisSettings,
  user?: User
): Layer.Layer<ItemStore | RecoveryMarks | OrderStatuses | LiveEvents | IdempotencyKeys | IoRedis.IoRedis> =>
  Layer.mergeAll(
    RedisItemStore.layer,
    RedisRecoveryMarks.layer,
    RedisOrderStatuses.layer,
    RedisLiveEvents.layer,
    RedisIdempotencyKeys.layer,
    RedisBacklogs.layer,
    RedisInstances.layer,
    RedisFoldedLog.layer,
    storeRoom,
    rightsOf(user)
  ).pipe(
    Layer.provide(Scripts.layer),
    Layer.provide(NodeFileSystem.layer),
    Layer.provideMerge(IoRedis.layer(settings))
  )

/** The items alone, and all that is stored of them: for commands that compare, repair, refill and move a store. */
export const layerItems = (
  settings: RedisSettings,
  user?: User
): Layer.Layer<ItemStore | RecoveryMarks | StoredItems | StoreMove> =>
  Layer.mergeAll(
    RedisItemStore.layer,
    RedisRecoveryMarks.layer,
    RedisStoredItems.layer,
    RedisStoreMove.layer,
    RedisFoldedLog.layer,
    rightsOf(user)
  ).pipe(
    Layer.provide(Scripts.layer),
    Layer.provide(NodeFileSystem.layer),
    Layer.provide(IoRedis.layer(settings))
  )

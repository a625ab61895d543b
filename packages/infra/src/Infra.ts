/** The only place that chooses adapters: everything else knows the ports. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import { type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { HeldKeptMillis, type OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { TokenCipher } from "@flash-sale/domain/records/TokenCipher"
import { Duration, Effect, Layer } from "effect"
import type { KafkaSettings } from "./kafka/client/KafkaSettings.ts"
import * as KafkaInfra from "./kafka/KafkaInfra.ts"
import * as MemoryRateLimits from "./memory/MemoryRateLimits.ts"
import * as PaymentMode from "./observability/PaymentMode.ts"
import * as AesTokenCipher from "./payment/AesTokenCipher.ts"
import * as HttpPayments from "./payment/HttpPayments.ts"
import * as SimulatedPayments from "./payment/SimulatedPayments.ts"
import * as TokenKeyFile from "./payment/TokenKeyFile.ts"
import * as RedisInfra from "./redis/RedisInfra.ts"
import type { User as RedisUser } from "./redis/rights/Users.ts"
import type { EmbeddedSettings, PaymentSettings, RedisSettings, StatusSettings, TokenKeySettings } from "./Settings.ts"
import type { EngineLocked } from "./sqlite/database/EngineLock.ts"
import type { CannotOpen } from "./sqlite/database/OpenFile.ts"
import * as SqliteInfra from "./sqlite/SqliteInfra.ts"

/** The ports that the gateway, the processor and the operators' commands need. */
export type Ports = OrderLog | ItemStore | RecoveryMarks | OrderStatuses | RateLimits | DeadLetters | LiveEvents

/** Whose rights at Redis are looked at. */
export type User = RedisUser

/** Kafka and Redis. Builds at once, also while they are away; `isUp` of log and store says how they are. */
export const layerDistributed = (settings: {
  readonly redis: RedisSettings
  readonly kafka: KafkaSettings
}, user?: User): Layer.Layer<Ports> => {
  const redis = RedisInfra.layer(settings.redis, user)
  // Redis says which log it is a fold of.
  const kafka = Layer.provide(KafkaInfra.layer(settings.kafka, user), redis)
  return Layer.mergeAll(redis, kafka, MemoryRateLimits.layer)
}

/** One file under `DATA_DIR`, for the one engine that may fold it. */
export const layerEmbedded = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Ports, CannotOpen | EngineLocked | LogUnavailable> => SqliteInfra.layer({ folder: dataDir })

/** The same file beside a running engine, for commands that read and append. */
export const layerEmbeddedBeside = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Ports, CannotOpen | LogUnavailable> => SqliteInfra.layerBeside({ folder: dataDir })

/** How long those who write statuses have them kept. */
export const layerStatuses = ({ retention }: StatusSettings): Layer.Layer<never> =>
  Layer.succeed(HeldKeptMillis, Duration.toMillis(retention))

/** The payment provider of the settings, or the simulator, which takes no money. */
export const layerPayments = (settings: PaymentSettings): Layer.Layer<PaymentProvider> =>
  settings.provider === undefined
    ? Layer.merge(SimulatedPayments.layer(settings), PaymentMode.layerSimulated)
    : HttpPayments.layer(settings.provider)

/** Payment tokens are encrypted in the log by these keys; without any they are recorded in clear. */
export const layerTokens = (keys: TokenKeySettings): Layer.Layer<never> =>
  Layer.succeed(TokenCipher, keys === undefined ? undefined : AesTokenCipher.make(keys))

/** The same by the keys beside the embedded file where no others are given. Needs the engine that holds the folder. */
export const layerTokensEmbedded = (
  { dataDir }: EmbeddedSettings,
  keys: TokenKeySettings
): Layer.Layer<never, TokenKeyFile.CannotUseKeys, OrderLog> =>
  Layer.unwrap(Effect.gen(function*() {
    yield* OrderLog
    return layerTokens(keys ?? (yield* TokenKeyFile.readOrMake(dataDir)))
  }))

/** The items of one store, and all that is stored of them. */
export type Items = ItemStore | RecoveryMarks | StoredItems

/** The items in the Redis at this address, which need not be the engine's own. */
export const layerItems: (redis: RedisSettings, user?: User) => Layer.Layer<Items | StoreMove> = RedisInfra.layerItems

/** Reading the log in Kafka from outside. */
export const layerReader: (kafka: KafkaSettings) => Layer.Layer<LogReader> = KafkaInfra.layerReader

/** Copying the log in Kafka into the topic of this name. Nothing is created or written before it is asked for. */
export const layerCopy: (kafka: KafkaSettings, target: string) => Layer.Layer<LogCopy> = KafkaInfra.layerCopy

/** Log and items of the embedded file, beside a running engine. */
export const layerItemsBeside = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Items | LogReader, CannotOpen> => SqliteInfra.layerItemsBeside({ folder: dataDir })

/** The same in the place of an engine: refused while one runs. */
export const layerItemsAlone = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Items | LogReader, CannotOpen | EngineLocked> => SqliteInfra.layerItemsAlone({ folder: dataDir })

/** What the embedded file has lost of what was acknowledged, in words. */
export const embeddedLosses = ({ dataDir }: EmbeddedSettings): Effect.Effect<ReadonlyArray<string>, CannotOpen> =>
  SqliteInfra.losses({ folder: dataDir })

/** Takes the embedded file as it is, with what it has lost. */
export const acceptEmbeddedLosses = (
  { dataDir }: EmbeddedSettings
): Effect.Effect<void, CannotOpen | EngineLocked> => SqliteInfra.acceptLosses({ folder: dataDir })

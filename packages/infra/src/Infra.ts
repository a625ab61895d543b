/**
 * The only place that chooses adapters: everything else knows the ports. An adapter is loaded where it is used, as each
 * brings its libraries along: a command on the embedded file needs neither those of Kafka nor those of Redis.
 */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { HeldKeptMillis, type OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { Duration, Effect, Layer } from "effect"
import type { KafkaSettings } from "./kafka/client/KafkaSettings.ts"
import * as MemoryRateLimits from "./memory/MemoryRateLimits.ts"
import * as PaymentMode from "./observability/PaymentMode.ts"
import type * as HttpPayments from "./payment/HttpPayments.ts"
import * as TokenLayers from "./payment/TokenLayers.ts"
import type { User as RedisUser } from "./redis/rights/Users.ts"
import type { EmbeddedSettings, PaymentSettings, RedisSettings, StatusSettings, TokenKeySettings } from "./Settings.ts"
import type * as BackupFile from "./sqlite/backup/BackupFile.ts"
import type { BackupRefused } from "./sqlite/backup/BackupRefused.ts"
import type { EngineLocked } from "./sqlite/database/EngineLock.ts"
import type { CannotOpen } from "./sqlite/database/OpenFile.ts"

const kafkaInfra = Effect.promise(() => import("./kafka/KafkaInfra.ts"))
const redisInfra = Effect.promise(() => import("./redis/RedisInfra.ts"))
const sqliteBackup = Effect.promise(() => import("./sqlite/backup/SqliteBackup.ts"))
const sqliteInfra = Effect.promise(() => import("./sqlite/SqliteInfra.ts"))

/** A layer of a module that is loaded when the layer is built. */
const of = <M, A, E>(module: Effect.Effect<M>, layer: (module: M) => Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.unwrap(Effect.map(module, layer))

/** The ports that the gateway, the processor and the operators' commands need. */
export type Ports = OrderLog | ItemStore | RecoveryMarks | OrderStatuses | RateLimits | DeadLetters | LiveEvents

/** Whose rights at Redis are looked at. */
export type User = RedisUser

/**
 * Kafka and Redis. Builds at once, also while they are away; `isUp` of log and store says how they are. The topics are
 * made where there are none, and by an operator's command only where `mayCreate` says so.
 */
export const layerDistributed = (
  settings: {
    readonly redis: RedisSettings
    readonly kafka: KafkaSettings
  },
  user?: User,
  mayCreate = user !== "operator"
): Layer.Layer<Ports> =>
  of(Effect.all([kafkaInfra, redisInfra]), ([Kafka, Redis]) => {
    const redis = Redis.layer(settings.redis, user)
    // Redis says which log it is a fold of.
    const kafka = Layer.provide(Kafka.layer(settings.kafka, user, mayCreate), redis)
    return Layer.mergeAll(redis, kafka, MemoryRateLimits.layer)
  })

/** One file under `DATA_DIR`, for the one engine that may fold it. */
export const layerEmbedded = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Ports, CannotOpen | EngineLocked | LogUnavailable> =>
  of(sqliteInfra, ({ layer }) => layer({ folder: dataDir }))

/** The same file beside a running engine, for commands that read and append. Made only where `mayCreate` says so. */
export const layerEmbeddedBeside = (
  { dataDir }: EmbeddedSettings,
  mayCreate = false
): Layer.Layer<Ports, CannotOpen | LogUnavailable> =>
  of(sqliteInfra, ({ layerBeside }) => layerBeside({ folder: dataDir, mayCreate }))

/** How long those who write statuses have them kept. */
export const layerStatuses = ({ retention }: StatusSettings): Layer.Layer<never> =>
  Layer.succeed(HeldKeptMillis, Duration.toMillis(retention))

/** The payment provider of the settings, or the simulator, which takes no money. */
export const layerPayments = (settings: PaymentSettings): Layer.Layer<PaymentProvider> =>
  settings.provider === undefined
    ? Layer.merge(
      of(Effect.promise(() => import("./payment/SimulatedPayments.ts")), ({ layer }) => layer(settings)),
      PaymentMode.layerSimulated
    )
    : of(Effect.promise(() => import("./payment/HttpPayments.ts")), httpOf(settings.provider))

const httpOf = (provider: NonNullable<PaymentSettings["provider"]>) => ({ layer }: typeof HttpPayments) =>
  layer(provider)

export const layerTokens = TokenLayers.layer
/** The same by the keys beside the embedded file, where no others are given. */
export const layerTokensEmbedded = (settings: EmbeddedSettings, keys: TokenKeySettings) =>
  TokenLayers.layerEmbedded(settings.dataDir, keys, embeddedTokenKey(settings))

/** The id of a key that has encrypted payment tokens in the log of the embedded file; undefined where there are none. */
export const embeddedTokenKey = ({ dataDir }: EmbeddedSettings): Effect.Effect<string | undefined, CannotOpen> =>
  Effect.flatMap(Effect.promise(() => import("./sqlite/EncryptedTokens.ts")), ({ keyId }) => keyId(dataDir))

/** The names of the files of keys beside the embedded file, which are in no backup of it. */
export const embeddedKeyFiles = ({ dataDir }: EmbeddedSettings): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(Effect.promise(() => import("./sqlite/folder/EngineFiles.ts")), ({ keysIn }) => keysIn(dataDir))

/** The items of one store, and all that is stored of them. */
export type Items = ItemStore | RecoveryMarks | StoredItems

/** The items in the Redis at this address, which need not be the engine's own. */
export const layerItems = (redis: RedisSettings, user?: User): Layer.Layer<Items | StoreMove> =>
  of(redisInfra, (module) => module.layerItems(redis, user))

/** Reading the log in Kafka from outside. */
export const layerReader = (kafka: KafkaSettings): Layer.Layer<LogReader> =>
  of(kafkaInfra, (module) => module.layerReader(kafka))

/** Copying the log in Kafka into the topic of this name. Nothing is created or written before it is asked for. */
export const layerCopy = (kafka: KafkaSettings, target: string): Layer.Layer<LogCopy> =>
  of(kafkaInfra, (module) => module.layerCopy(kafka, target))

/** Log and items of the embedded file, beside a running engine. */
export const layerItemsBeside = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Items | LogReader, CannotOpen> =>
  of(sqliteInfra, (module) => module.layerItemsBeside({ folder: dataDir }))

/** The same in the place of an engine: refused while one runs. */
export const layerItemsAlone = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<Items | LogReader, CannotOpen | EngineLocked> =>
  of(sqliteInfra, (module) => module.layerItemsAlone({ folder: dataDir }))

/** What the embedded file has lost of what was acknowledged, in words. */
export const embeddedLosses = ({ dataDir }: EmbeddedSettings): Effect.Effect<ReadonlyArray<string>, CannotOpen> =>
  Effect.flatMap(sqliteInfra, ({ losses }) => losses({ folder: dataDir }))

/** Fails where the embedded file is corrupt, as no log that is accepted mends that. Reads all of it. */
export const verifyEmbedded = ({ dataDir }: EmbeddedSettings): Effect.Effect<void, CannotOpen> =>
  Effect.flatMap(sqliteInfra, ({ verify }) => verify({ folder: dataDir }))

/** Takes the embedded file as it is, with what it has lost. */
export const acceptEmbeddedLosses = (
  { dataDir }: EmbeddedSettings
): Effect.Effect<void, CannotOpen | EngineLocked> =>
  Effect.flatMap(sqliteInfra, ({ acceptLosses }) => acceptLosses({ folder: dataDir }))

/** What a backup of the embedded file holds. */
export type Backup = BackupFile.Content

/** Makes a backup of the embedded file at `path`, also beside a running engine, and checks it. */
export const backupEmbedded = (
  { dataDir }: EmbeddedSettings,
  path: string,
  isForced: boolean
): Effect.Effect<Backup, CannotOpen | BackupRefused> =>
  Effect.flatMap(sqliteBackup, ({ make }) => make(dataDir, path, isForced))

/** Brings a backup back into a folder without an engine. */
export const restoreEmbedded = (
  { dataDir }: EmbeddedSettings,
  path: string
): Effect.Effect<Backup, CannotOpen | EngineLocked | BackupRefused> =>
  Effect.flatMap(sqliteBackup, ({ restore }) => restore(dataDir, path))

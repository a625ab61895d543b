/**
 * The only place that chooses adapters: everything else knows the ports. An adapter is loaded where it is used, as each
 * brings its libraries along: a command on the embedded file needs neither those of Kafka nor those of Redis.
 */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LetterReader } from "@flash-sale/domain/ports/LetterReader"
import type { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import { EventsTold, type OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { HeldKeptMillis } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { Duration, Effect, Layer } from "effect"
import * as Access from "./access/Access.ts"
import type { KafkaSettings } from "./kafka/client/KafkaSettings.ts"
import * as MemoryRateLimits from "./memory/MemoryRateLimits.ts"
import * as PaymentLayers from "./payment/PaymentLayers.ts"
import * as TokenLayers from "./payment/TokenLayers.ts"
import type { User as RedisUser } from "./redis/rights/Users.ts"
import type { EmbeddedSettings, EventSettings, RedisSettings, StatusSettings, TokenKeySettings } from "./Settings.ts"
import * as WholeFile from "./sqlite/backup/WholeFile.ts"
import type { EngineLocked } from "./sqlite/database/EngineLock.ts"
import type { CannotOpen } from "./sqlite/database/OpenFile.ts"
import type { Ports as EnginePorts } from "./sqlite/SqliteInfra.ts"

const kafkaInfra = Effect.promise(() => import("./kafka/KafkaInfra.ts"))
const redisInfra = Effect.promise(() => import("./redis/RedisInfra.ts"))
const sqliteInfra = Effect.promise(() => import("./sqlite/SqliteInfra.ts"))

/** A layer of a module that is loaded when the layer is built. */
const of = <M, A, E>(module: Effect.Effect<M>, layer: (module: M) => Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.unwrap(Effect.map(module, layer))

/** The ports that the gateway, the processor and the operators' commands need. */
export type Ports = EnginePorts

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

/** Which events those who tell them do. */
export const layerEventsTold = ({ told }: EventSettings): Layer.Layer<never> => Layer.succeed(EventsTold, told)

/** Order events in Kafka, for those who read them. A topic that is missing is waited for. */
export const layerEvents = (kafka: KafkaSettings): Layer.Layer<OrderEvents> =>
  of(kafkaInfra, (module) => module.layerEvents(kafka))

export const layerPayments = PaymentLayers.layer

export const layerTokens = TokenLayers.layer
/** The same by the keys beside the embedded file, where no others are given. */
export const layerTokensEmbedded = (settings: EmbeddedSettings, keys: TokenKeySettings) =>
  TokenLayers.layerEmbedded(settings.dataDir, keys, embeddedTokenKey(settings))
export const embeddedTokenKey = WholeFile.tokenKey
export const embeddedKeyFiles = WholeFile.keyFiles

export const layerCallers = Access.layer
export const keysFile = Access.keysFile
export const keysFileIn = Access.keysFileIn
/** What operators do with the api keys of a file. */
export const keys = Access.keys
export type NewKey = Access.NewKey
export type KeyInfo = Access.KeyInfo
export type KeyFailure = Access.KeyFailure

/** The items of one store, and all that is stored of them. */
export type Items = ItemStore | RecoveryMarks | StoredItems

/** The items in the Redis at this address, which need not be the engine's own. */
export const layerItems = (redis: RedisSettings, user?: User): Layer.Layer<Items | StoreMove> =>
  of(redisInfra, (module) => module.layerItems(redis, user))

/** Reading the log in Kafka from outside. */
export const layerReader = (kafka: KafkaSettings): Layer.Layer<LogReader> =>
  of(kafkaInfra, (module) => module.layerReader(kafka))

/** Reading the dead letters in Kafka from outside. */
export const layerLetters = (kafka: KafkaSettings): Layer.Layer<LetterReader> =>
  of(kafkaInfra, (module) => module.layerLetters(kafka))

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

export const verifyEmbedded = WholeFile.verify

/** Takes the embedded file as it is, with what it has lost. */
export const acceptEmbeddedLosses = (
  { dataDir }: EmbeddedSettings
): Effect.Effect<void, CannotOpen | EngineLocked> =>
  Effect.flatMap(sqliteInfra, ({ acceptLosses }) => acceptLosses({ folder: dataDir }))

export type Backup = WholeFile.Backup
export const backupEmbedded = WholeFile.backup
export const restoreEmbedded = WholeFile.restore
export const resetEmbedded = WholeFile.reset

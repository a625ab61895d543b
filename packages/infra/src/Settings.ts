/**
 * Every environment variable: its name, what it takes and its default. One list for all packages, so that a variable is
 * found in one place; therefore this file knows the names of the services above it, and nothing else of them.
 *
 * Groups are Effect `Config`s. Read several with one `Variable.group`, so that all bad values are reported at once.
 */
import { Config, Option } from "effect"
import * as AccessConfig from "./access/AccessConfig.ts"
import * as Archives from "./archive/ArchiveConfig.ts"
import * as Webhooks from "./archive/WebhookConfig.ts"
import * as KafkaConfig from "./kafka/client/KafkaConfig.ts"
import type * as Kafka from "./kafka/client/KafkaSettings.ts"
import * as PaymentConfig from "./payment/PaymentConfig.ts"
import * as TokenKeyConfig from "./payment/TokenKeyConfig.ts"
import * as RedisConfig from "./redis/client/RedisConfig.ts"
import type * as Redis from "./redis/client/RedisSettings.ts"
import * as Admin from "./settings/AdminSettings.ts"

import * as Events from "./settings/EventSettings.ts"
import * as Gateway from "./settings/GatewaySettings.ts"
import * as Kind from "./settings/Kind.ts"
import * as ListenHost from "./settings/ListenHost.ts"
import * as Monitoring from "./settings/MonitoringSettings.ts"
import * as Remote from "./settings/RemoteSettings.ts"
import * as Statuses from "./settings/StatusSettings.ts"
import * as Tracing from "./settings/TracingSettings.ts"
import * as Variable from "./settings/Variable.ts"

export const GatewaySettings = Gateway.make({ docs: false, pages: false, httpHost: undefined, isOnFile: false })
/** The same with `/docs` and pages, for this machine alone: the engine that is tried out in one process. */
export const ServeGatewaySettings = Gateway.make({
  docs: true,
  pages: true,
  httpHost: ListenHost.LOOPBACK,
  isOnFile: true
})
/** The gateway's port alone: for commands that ask it. */
export const HttpPort = Gateway.httpPort
export type GatewaySettings = Gateway.GatewaySettings
export type BreakerSettings = Gateway.BreakerSettings

export const AdminSettings = Admin.config
export type AdminSettings = Admin.AdminSettings

export const ProcessorSettings = Monitoring.make(undefined)
/** The same for this machine alone. */
export const ServeProcessorSettings = Monitoring.make(ListenHost.LOOPBACK)
/** Of the process that fills the archive: it may run beside a processor. */
export const ArchiveMonitoringSettings = Monitoring.make(undefined, 9091)
/** Of the process of webhooks: it may run beside both. */
export const WebhookMonitoringSettings = Monitoring.make(undefined, 9092)
export type ProcessorSettings = Monitoring.MonitoringSettings

export const StatusSettings = Statuses.StatusSettings
export type StatusSettings = Statuses.StatusSettings

/** What a processor tells of orders. */
export const EventSettings = Events.make("held")
/** The same where all are told that are turned away, too: they are few. */
export const ServeEventSettings = Events.make("all")
export type EventSettings = Events.EventSettings

/** The payments of a processor: the provider, or the simulator with its failures. */
export const PaymentSettings: Config.Config<PaymentSettings> = PaymentConfig.make(0.1)
/** The same where nothing is meant to fail unless it is asked for: the engine that is tried out in one process. */
export const ServePaymentSettings: Config.Config<PaymentSettings> = PaymentConfig.make(0)
export type PaymentSettings = PaymentConfig.PaymentSettings

/** Who may call, and how callers are told apart. */
export const AccessSettings: Config.Config<AccessSettings> = AccessConfig.config
export type AccessSettings = AccessConfig.AccessSettings
/** `AUTH` alone: for who looks at it. */
export const AuthSetting = AccessConfig.auth
/** Where the api keys are: for commands that change them. */
export const KeyFileSettings = AccessConfig.keyFile

export const TokenKeySettings: Config.Config<TokenKeySettings> = TokenKeyConfig.config
export type TokenKeySettings = TokenKeyConfig.TokenKeySettings

export const RedisSettings: Config.Config<Redis.RedisSettings> = RedisConfig.config
export type RedisSettings = Redis.RedisSettings

export const KafkaSettings: Config.Config<Kafka.KafkaSettings> = KafkaConfig.config

/** Where the archive is, and none in a file: that is in the folder of the embedded one. */
export const ArchiveSettings = Archives.ArchiveSettings
export type ArchiveSettings = Archives.ArchiveSettings
/** How long what is final is kept in the archive, whichever it is; `Duration.infinity` where it is kept for ever. */
export const ArchiveRetention = Archives.ArchiveRetention

export const EmbeddedSettings = Variable.group({
  /** The folder that holds the embedded file. */
  dataDir: Variable.make("DATA_DIR", Kind.path, "./data")
})
export type EmbeddedSettings = Config.Success<typeof EmbeddedSettings>

/** Where the endpoints of webhooks are, and which addresses they may have. */
export const WebhookSettings = Webhooks.WebhookSettings
export type WebhookSettings = Webhooks.WebhookSettings
/** The file of the endpoints; undefined where none is named. */
export const webhooksFile = Webhooks.fileOf
/** The same of an engine's folder. */
export const webhooksFileIn = Webhooks.fileIn

/** Whether the operator's commands talk to Kafka and Redis: where either has an address. */
export const IsDistributed: Config.Config<boolean> = Config.map(
  Config.all([
    Config.option(Config.String("REDIS_ADDR")),
    Config.option(Config.String("REDIS_SENTINELS")),
    Config.option(Config.String("KAFKA_ADDR"))
  ]),
  (given) => given.some((text) => Option.getOrElse(text, () => "").trim() !== "")
)

/** The address of an admin API, as it was typed, and the key: for commands that do not reach the stores. */
export const RemoteUrl = Remote.url
export const RemoteKey = Remote.key

export const LogSettings = Variable.group({
  level: Variable.make("LOG_LEVEL", Kind.logLevel, "Info"),
  /** The share of orders that have their lines. */
  orders: Variable.make("LOG_ORDERS", Kind.share, 1)
})
export type LogSettings = Config.Success<typeof LogSettings>

export const TracingSettings = Tracing.TracingSettings
export type TracingSettings = Tracing.TracingSettings

/** Several groups together: fails with all that is wrong, not with the first. */
export const all = Variable.group

/** What is wrong with the settings, for a person: one line for each variable. */
export const lines: (error: Config.ConfigError) => ReadonlyArray<string> = Variable.lines

/**
 * Every environment variable: its name, what it takes and its default. One list for all packages, so that a variable is
 * found in one place; therefore this file knows the names of the services above it, and nothing else of them.
 *
 * Groups are Effect `Config`s. Read several with one `Variable.group`, so that all bad values are reported at once.
 */
import { Config, Duration, Option } from "effect"
import * as KafkaConfig from "./kafka/client/KafkaConfig.ts"
import type * as Kafka from "./kafka/client/KafkaSettings.ts"
import * as PaymentConfig from "./payment/PaymentConfig.ts"
import * as TokenKeyConfig from "./payment/TokenKeyConfig.ts"
import * as RedisConfig from "./redis/client/RedisConfig.ts"
import type * as Redis from "./redis/client/RedisSettings.ts"
import type * as CircuitBreaker from "./resilience/CircuitBreaker.ts"
import * as HostNames from "./settings/HostNames.ts"
import * as Kind from "./settings/Kind.ts"
import * as Networks from "./settings/Networks.ts"
import * as Tracing from "./settings/TracingSettings.ts"
import * as Variable from "./settings/Variable.ts"

const upTo = (maximum: Duration.Duration) => Kind.duration(Duration.millis(1), maximum)
const zeroUpTo = (maximum: Duration.Duration) => Kind.duration(Duration.zero, maximum)
const count = Kind.whole(1, 1_000_000)

/** The breaker between the gateway and the log. */
const BreakerSettings = Variable.check(
  Variable.group({
    /** Failures in a row that open it. */
    failureThreshold: Variable.make("CIRCUIT_BREAKER_FAILURE_THRESHOLD", count, 5),
    /** Successes in half-open that close it. */
    successThreshold: Variable.make("CIRCUIT_BREAKER_SUCCESS_THRESHOLD", count, 2),
    /** How long the first opening lasts; each further one lasts twice as long. */
    baseTimeout: Variable.make("CIRCUIT_BREAKER_BASE_TIMEOUT", upTo(Duration.hours(1)), Duration.seconds(30)),
    maxTimeout: Variable.make("CIRCUIT_BREAKER_MAX_TIMEOUT", upTo(Duration.days(1)), Duration.seconds(300))
  }),
  ({ baseTimeout, maxTimeout }) =>
    Duration.isLessThan(maxTimeout, baseTimeout)
      ? `CIRCUIT_BREAKER_MAX_TIMEOUT: "${Kind.formatDuration(maxTimeout)}" is less than ` +
        `CIRCUIT_BREAKER_BASE_TIMEOUT, which is ${Kind.formatDuration(baseTimeout)}`
      : undefined
)
export type BreakerSettings = Config.Success<typeof BreakerSettings>

/** A longer notice would leave the requests under way too little of the 30 s of a shutdown. */
const MAX_NOTICE = Duration.seconds(5)
/** Buyers of what has been put in again are told that it is sold out for so long. */
const MAX_SOLD_OUT_CACHE = Duration.minutes(1)

/** The known backlog is up to half a second old: below this bound a wait would be reported where there is none. */
const MIN_QUEUE_WAIT = Duration.seconds(1)
/** Nobody waits longer for an order than a day. */
const MAX_QUEUE_WAIT = Duration.days(1)

/** How often the file of `serve` is asked while the breaker is open: asking costs a write that changes nothing. */
const FILE_LOOK_EVERY = Duration.seconds(1)

/** `isServe`: of the engine that is tried out in one process, on a file. */
const gateway = (isServe: boolean) =>
  Variable.group({
    httpPort: Variable.make("HTTP_PORT", Kind.port, 8080),
    /** The names that the gateway answers to, in small letters; all where it is absent. */
    allowedHosts: Variable.make<ReadonlySet<string> | undefined>("HTTP_ALLOWED_HOSTS", HostNames.hosts, undefined),
    /** Whether a caller's trace goes on here, with the caller's decision whether it is recorded. */
    trustTraceparent: Variable.make("TRUST_TRACEPARENT", Kind.yesOrNo, false),
    breaker: Config.map(
      BreakerSettings,
      (breaker): CircuitBreaker.BreakerSettings => isServe ? { ...breaker, lookEvery: FILE_LOOK_EVERY } : breaker
    ),
    /** Orders that one user may send in a window. */
    rateLimit: Variable.group({
      maxRequests: Variable.make("RATE_LIMIT_MAX_REQUESTS", count, 60),
      window: Variable.make("RATE_LIMIT_WINDOW", upTo(Duration.days(1)), Duration.minutes(1))
    }),
    /** How old the read may be that answers sold out; zero reads every time. */
    soldOutCache: Variable.make("SOLD_OUT_CACHE", zeroUpTo(MAX_SOLD_OUT_CACHE), Duration.millis(100)),
    /** Orders that may be on their way at once; more are answered 503 at once. */
    maxInFlight: Variable.make("MAX_IN_FLIGHT", count, 5_000),
    /** How long an order may have to wait until it is decided; beyond it the order is answered 503 at once. */
    maxQueueWait: Variable.make("MAX_QUEUE_WAIT", Kind.duration(MIN_QUEUE_WAIT, MAX_QUEUE_WAIT), Duration.seconds(30)),
    /** Streams of events that may be open at once. */
    maxListeners: Variable.make("MAX_LISTENERS", count, 1_000),
    /** How long `/health` says 503 before the port is closed. */
    shutdownNotice: Variable.make("SHUTDOWN_NOTICE", zeroUpTo(MAX_NOTICE), Duration.seconds(1)),
    /** Addresses and networks of proxies, whose connections have no bound by address. */
    trustedProxies: Variable.make<ReadonlyArray<Networks.Network>>("TRUSTED_PROXIES", Networks.networks, []),
    /** Whether `/docs` is served. */
    docs: Variable.make("DOCS", Kind.yesOrNo, isServe)
  })

export const GatewaySettings = gateway(false)
/** The same with `/docs`, and a breaker that closes as soon as the file takes writes again. */
export const ServeGatewaySettings = gateway(true)
export type GatewaySettings = Config.Success<typeof GatewaySettings>

export const ProcessorSettings = Variable.group({
  metricsPort: Variable.make("METRICS_PORT", Kind.port, 9090)
})
export type ProcessorSettings = Config.Success<typeof ProcessorSettings>

/** Shorter than a buyer takes to pay attention, an order would be gone before it is asked for. */
const MIN_RETENTION = Duration.minutes(1)
/** Every order of so long ago takes its bytes: docs/operations.md has the sum. */
const MAX_RETENTION = Duration.days(30)

export const StatusSettings = Variable.group({
  /** How long the final status of an order that held units is found. */
  retention: Variable.make("STATUS_RETENTION", Kind.duration(MIN_RETENTION, MAX_RETENTION), Duration.days(1))
})
export type StatusSettings = Config.Success<typeof StatusSettings>

/** The payments of a processor: the provider, or the simulator with its failures. */
export const PaymentSettings: Config.Config<PaymentSettings> = PaymentConfig.make(0.1)
/** The same where nothing is meant to fail unless it is asked for: the engine that is tried out in one process. */
export const ServePaymentSettings: Config.Config<PaymentSettings> = PaymentConfig.make(0)
export type PaymentSettings = PaymentConfig.PaymentSettings

export const TokenKeySettings: Config.Config<TokenKeySettings> = TokenKeyConfig.config
export type TokenKeySettings = TokenKeyConfig.TokenKeySettings

export const RedisSettings: Config.Config<Redis.RedisSettings> = RedisConfig.config
export type RedisSettings = Redis.RedisSettings

export const KafkaSettings: Config.Config<Kafka.KafkaSettings> = KafkaConfig.config

export const EmbeddedSettings = Variable.group({
  /** The folder that holds the embedded file. */
  dataDir: Variable.make("DATA_DIR", Kind.path, "./data")
})
export type EmbeddedSettings = Config.Success<typeof EmbeddedSettings>

/** Whether the operator's commands talk to Kafka and Redis: where either has an address. */
export const IsDistributed: Config.Config<boolean> = Config.map(
  Config.all([
    Config.option(Config.String("REDIS_ADDR")),
    Config.option(Config.String("REDIS_SENTINELS")),
    Config.option(Config.String("KAFKA_ADDR"))
  ]),
  (given) => given.some((text) => Option.getOrElse(text, () => "").trim() !== "")
)

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

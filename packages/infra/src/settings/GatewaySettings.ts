/** The environment variables of a gateway. */
import { Config, Duration } from "effect"
import * as HostNames from "./HostNames.ts"
import * as Kind from "./Kind.ts"
import * as ListenHost from "./ListenHost.ts"
import * as MetricsToken from "./MetricsToken.ts"
import * as Networks from "./Networks.ts"
import * as Origins from "./Origins.ts"
import * as Variable from "./Variable.ts"

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
/** `lookEvery`: how often the log is asked while the breaker is open; absent where asking costs something. */
export type BreakerSettings = Config.Success<typeof BreakerSettings> & { readonly lookEvery?: Duration.Duration }

export const httpPort = Variable.make("HTTP_PORT", Kind.port, 8080)

/** A longer notice would leave the requests under way too little of the 30 s of a shutdown. */
const MAX_NOTICE = Duration.seconds(5)
/** Buyers of what has been put in again are told that it is sold out for so long. */
const MAX_SOLD_OUT_CACHE = Duration.minutes(1)

/** The known backlog is up to half a second old: below this bound a wait would be reported where there is none. */
const MIN_QUEUE_WAIT = Duration.seconds(1)
/** Nobody waits longer for an order than a day. */
const MAX_QUEUE_WAIT = Duration.days(1)

/** The share of `MAX_IN_FLIGHT` that one api key may take where `KEY_MAX_IN_FLIGHT` is not set. Why: decision 0040. */
const KEY_SHARE = 0.8

/** How often a log that is a file is asked while the breaker is open: asking costs a write that changes nothing. */
const FILE_LOOK_EVERY = Duration.seconds(1)

/** What differs between ways to start a gateway: defaults of `DOCS`, `PAGES`, `HTTP_HOST`, its names, and its log. */
export interface Defaults {
  readonly docs: boolean
  readonly pages: boolean
  readonly httpHost: string | undefined
  /** Whether the log is a file of this machine. */
  readonly isOnFile: boolean
}

const variables = ({ docs, httpHost, isOnFile, pages }: Defaults) =>
  Variable.group({
    httpPort,
    /** The address to listen on; all of the machine where it is undefined. */
    httpHost: Variable.make<string | undefined>("HTTP_HOST", ListenHost.kind, httpHost),
    /** The names that the gateway answers to, in small letters; all where it is absent. */
    allowedHosts: Variable.make<ReadonlySet<string> | undefined>("HTTP_ALLOWED_HOSTS", HostNames.hosts, undefined),
    /** The origins whose pages may call. */
    corsOrigins: Variable.make<ReadonlySet<string>>("CORS_ORIGINS", Origins.origins, new Set()),
    /** What `/metrics` wants to be shown; undefined where it is for everybody. */
    metricsToken: MetricsToken.config,
    /** Whether a caller's trace goes on here, with the caller's decision whether it is recorded. */
    trustTraceparent: Variable.make("TRUST_TRACEPARENT", Kind.yesOrNo, false),
    breaker: Config.map(
      BreakerSettings,
      (breaker): BreakerSettings => isOnFile ? { ...breaker, lookEvery: FILE_LOOK_EVERY } : breaker
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
    /** Those of one api key; more are answered 429 at once. */
    keyMaxInFlight: Variable.make<number | undefined>("KEY_MAX_IN_FLIGHT", count, undefined),
    /** How long an order may have to wait until it is decided; beyond it the order is answered 503 at once. */
    maxQueueWait: Variable.make("MAX_QUEUE_WAIT", Kind.duration(MIN_QUEUE_WAIT, MAX_QUEUE_WAIT), Duration.seconds(30)),
    /** Streams of events that may be open at once. */
    maxListeners: Variable.make("MAX_LISTENERS", count, 1_000),
    /** How long `/health` says 503 before the port is closed. */
    shutdownNotice: Variable.make("SHUTDOWN_NOTICE", zeroUpTo(MAX_NOTICE), Duration.seconds(1)),
    /** Addresses and networks of proxies: their connections have no bound by address, and they name their clients. */
    trustedProxies: Variable.make<ReadonlyArray<Networks.Network>>("TRUSTED_PROXIES", Networks.networks, []),
    /** Whether the gateway warms up before it says that it is ready. */
    warmUp: Variable.make("WARM_UP", Kind.word({ on: true, off: false }), true),
    /** Whether `/docs` is served. */
    docs: Variable.make("DOCS", Kind.yesOrNo, docs),
    /** Whether the pages for people are served. */
    pages: Variable.make("PAGES", Kind.word({ on: true, off: false }), pages)
  })

const isQuota = ({ keyMaxInFlight, maxInFlight }: Config.Success<ReturnType<typeof variables>>): string | undefined =>
  keyMaxInFlight !== undefined && keyMaxInFlight > maxInFlight
    ? `KEY_MAX_IN_FLIGHT: ${keyMaxInFlight} is more than MAX_IN_FLIGHT, which is ${maxInFlight}`
    : undefined

export const make = (defaults: Defaults) =>
  Config.map(Variable.check(variables(defaults), isQuota), (read) => ({
    ...read,
    allowedHosts: read.allowedHosts ?? ListenHost.namesAt(defaults.httpHost, read.httpHost),
    keyMaxInFlight: read.keyMaxInFlight ?? Math.max(1, Math.floor(read.maxInFlight * KEY_SHARE))
  }))

export type GatewaySettings = Config.Success<ReturnType<typeof make>>

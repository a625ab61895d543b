/** The client of one connection: its bounds, its retries, and the replies that end a connection. */
import { Context, Redacted } from "effect"
import { Redis, type RedisOptions } from "ioredis"
import * as Tls from "../../settings/Tls.ts"
import type { RedisSettings } from "./RedisSettings.ts"
import type { Sentinels } from "./SentinelConfig.ts"

/** The longest that one command may take before it counts as unanswered, in milliseconds. */
const COMMAND_TIMEOUT_MILLIS = 5_000
/** The longest that connecting may take, in milliseconds. */
const CONNECT_TIMEOUT_MILLIS = 2_000
/** Delays between attempts to connect, in milliseconds: doubled from the first to the last, and jittered. */
const RETRY_FIRST_MILLIS = 50
const RETRY_LAST_MILLIS = 1_000

/** What the client asks of the connection that it serves, and tells it. */
export interface Hooks {
  /** How many connections in a row were refused after they were made. */
  readonly refusals: () => number
  /** A reply says that this server takes no writes any more: the client ends the connection, for this reason. */
  readonly onLost: (why: string) => void
  /** Undefined where it connects as it is set up. */
  readonly connector?: Connector
}

/** How the client comes by its connections. A gateway that warms up has others, which lead nowhere. */
export type Connector = RedisOptions["Connector"]
export const CurrentConnector = Context.Reference<Connector>("@flash-sale/infra/redis/client/RedisClient/Connector", {
  defaultValue: () => undefined
})

/** Options of the client. The mapping of replies stays as it is by default. */
type Options = Omit<RedisOptions, "replyMapping">

/** A client that connects on `connect`, queues nothing while it is disconnected, and repeats no command. */
export const open = (settings: RedisSettings, connectionName: string, hooks: Hooks): Redis => {
  const { password, username } = settings
  const { connector, onLost, refusals } = hooks
  const options: Options = {
    ...(settings.sentinels === undefined ? directly(settings) : bySentinels(settings, settings.sentinels)),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Redacted.value(password) }),
    ...(connector === undefined ? {} : { Connector: connector }),
    connectionName,
    lazyConnect: true,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MILLIS,
    commandTimeout: COMMAND_TIMEOUT_MILLIS,
    // The client counts from 1 anew after each connection that was made, also after one that was then refused.
    retryStrategy: (attempt) => retryDelay(attempt + refusals()),
    reconnectOnError: ({ message }) => {
      const isLost = IS_NO_PRIMARY.test(message)
      if (isLost) onLost(message)
      return isLost
    }
  }
  return new Redis(options)
}

const directly = ({ host, port, tls }: RedisSettings): Options => ({
  host,
  port,
  ...(tls === undefined ? {} : { tls: Tls.connectionOptions(tls, host) })
})

/**
 * Connects to the primary that the Sentinels name, and asks them again for each connection; a server that turns out
 * to be no primary is left. A Sentinel that announces a failover ends the connection, even where the former primary has
 * not noticed it yet.
 */
const bySentinels = ({ tls }: RedisSettings, { isTls, name, nodes, password, username }: Sentinels): Options => ({
  sentinels: nodes.map(({ host, port }) => ({ host, port })),
  name,
  role: "master",
  failoverDetector: true,
  sentinelRetryStrategy: retryDelay,
  sentinelReconnectStrategy: retryDelay,
  sentinelCommandTimeout: CONNECT_TIMEOUT_MILLIS,
  ...(username === undefined ? {} : { sentinelUsername: username }),
  ...(password === undefined ? {} : { sentinelPassword: Redacted.value(password) }),
  ...(tls === undefined ? {} : { tls: Tls.connectionOptions(tls), enableTLSForSentinelMode: true }),
  ...(tls === undefined || !isTls ? {} : { sentinelTLS: Tls.connectionOptions(tls) })
})

/** Delay before an attempt to connect, jittered by the attempt's number: the client calls this outside of Effect. */
const retryDelay = (attempt: number): number => {
  const delay = Math.min(RETRY_FIRST_MILLIS * 2 ** Math.min(attempt - 1, 10), RETRY_LAST_MILLIS)
  return delay * (0.5 + ((attempt * 0.618_033_988_7) % 1) / 2)
}

/**
 * Replies of a server that has become a replica, or loads its data: the connection leads to the wrong server, or to one
 * that has begun anew. A full memory (OOM), a disk that fails (MISCONF) and lacking replicas (NOREPLICAS) are not among
 * them, because a new connection would find the same.
 */
const IS_NO_PRIMARY = /^(READONLY|MASTERDOWN|LOADING|UNBLOCKED) /

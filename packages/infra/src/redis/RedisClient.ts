/** The client of ioredis as every connection of ours is set up, and what its errors mean. */
import { StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { Redacted, Schema } from "effect"
import { Redis, type RedisOptions, ReplyError } from "ioredis"
import * as Tls from "../settings/Tls.ts"
import type { Sentinels } from "./SentinelConfig.ts"

/** The longest that one command may take before it counts as unanswered, in milliseconds. */
export const COMMAND_TIMEOUT_MILLIS = 5_000
/** The longest that connecting may take, in milliseconds. */
const CONNECT_TIMEOUT_MILLIS = 2_000
/** Delays between attempts to connect, in milliseconds: doubled from the first to the last, and jittered. */
const RETRY_FIRST_MILLIS = 50
const RETRY_LAST_MILLIS = 1_000

/** Where Redis is, and who we are there. */
export interface RedisSettings {
  readonly host: string
  readonly port: number
  /** The user `default` where it is absent and there is a password. */
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
  /** Everything is sent in the clear where it is absent. */
  readonly tls?: Tls.Tls | undefined
  /** They say where the primary is; host and port count for nothing then. */
  readonly sentinels?: Sentinels | undefined
}

/** The server in words, for lines of the log and answers of commands. */
export const placeOf = ({ host, port, sentinels }: RedisSettings): string =>
  sentinels === undefined
    ? `${host}:${port}`
    : `${sentinels.name} of ${sentinels.nodes.map((node) => `${node.host}:${node.port}`).join(",")}`

/** Redis answered, but a key holds what cannot be right. */
export class WrongContent extends Schema.TaggedError<WrongContent>()("WrongContent", { detail: Schema.String }) {}

/** What a connection does that the client asks of it. */
export interface Hooks {
  /** How many connections in a row were refused after they were made. */
  readonly refusals: () => number
  /** A reply says that this server takes no writes any more: the client ends the connection, with this reason. */
  readonly onLost: (why: string) => void
}

/** How replies look is left as the client has it. */
type Options = Omit<RedisOptions, "replyMapping">

/** Not connected yet. No command is ever sent a second time, nor kept for later. */
export const open = (settings: RedisSettings, connectionName: string, { onLost, refusals }: Hooks): Redis => {
  const { password, username } = settings
  const options: Options = {
    ...(settings.sentinels === undefined ? directly(settings) : bySentinels(settings, settings.sentinels)),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Redacted.value(password) }),
    connectionName,
    lazyConnect: true,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MILLIS,
    commandTimeout: COMMAND_TIMEOUT_MILLIS,
    // The client counts from 1 anew with each connection that was made, also with one that was then refused.
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
 * The primary that the Sentinels name, asked for anew with each connection; a server that is none when it is connected
 * to is left. A Sentinel that announces a failover ends the connection, also where the former primary has not noticed
 * yet.
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

/** The client asks for a delay from outside of Effect; the attempt's number is all the randomness that jitter needs. */
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

/** Only these replies say something about a key; all others, and no reply at all, mean that Redis cannot serve now. */
const ABOUT_CONTENT = /^(WRONGTYPE|DAMAGED|ERR) /

/** What the failure of a command means. */
export const toError = (cause: unknown): StoreUnavailable | WrongContent => {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return cause instanceof ReplyError && ABOUT_CONTENT.test(detail)
    ? new WrongContent({ detail })
    : new StoreUnavailable({ detail })
}

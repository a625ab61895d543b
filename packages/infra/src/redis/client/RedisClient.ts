/** The client of one connection: its bounds, its retries, and one log line for each change between up and down. */
import { type Effect, Redacted } from "effect"
import { Redis } from "ioredis"
import * as Log from "../../observability/logs/Log.ts"
import * as Tls from "../../settings/Tls.ts"
import type { RedisSettings } from "./RedisSettings.ts"

/** The longest that one command may take before it counts as unanswered, in milliseconds. */
const COMMAND_TIMEOUT_MILLIS = 5_000
/** The longest that connecting may take, in milliseconds. */
const CONNECT_TIMEOUT_MILLIS = 2_000
/** Delays between attempts to connect, in milliseconds: doubled from the first to the last, and jittered. */
const RETRY_FIRST_MILLIS = 50
const RETRY_LAST_MILLIS = 1_000
/** A client that connects on `connect`, queues nothing while it is disconnected, and repeats no command. */
export const open = ({ host, password, port, tls, username }: RedisSettings, connectionName: string): Redis =>
  new Redis({
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Redacted.value(password) }),
    ...(tls === undefined ? {} : { tls: Tls.connectionOptions(tls, host) }),
    connectionName,
    lazyConnect: true,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MILLIS,
    commandTimeout: COMMAND_TIMEOUT_MILLIS,
    retryStrategy
  })

/** Delay before an attempt to connect, jittered by the attempt's number: the client calls this outside of Effect. */
const retryStrategy = (attempt: number): number => {
  const delay = Math.min(RETRY_FIRST_MILLIS * 2 ** Math.min(attempt - 1, 10), RETRY_LAST_MILLIS)
  return delay * (0.5 + ((attempt * 0.618_033_988_7) % 1) / 2)
}

/** One line for each change between up and down, however many attempts lie between. */
export const reportChanges = (redis: Redis, report: (effect: Effect.Effect<void>) => void): void => {
  let state: "unknown" | "up" | "down" = "unknown"
  let reason = "the connection was closed"
  redis.on("error", (error: Error) => {
    reason = error.message
  })
  redis.on("ready", () => {
    if (state !== "up") report(Log.info("Redis is up", { event: "dependency_up" }))
    state = "up"
  })
  redis.on("reconnecting", () => {
    if (state !== "down") {
      report(Log.error(`Redis is away: ${reason}`, { event: "dependency_down" }))
    }
    state = "down"
  })
}

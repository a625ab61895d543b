/**
 * One connection to Redis. It may be away when we start and go away at any time; it is connected again in the
 * background, and meanwhile every command fails at once. No command is ever sent a second time by the client: what a
 * command means is known only to whoever gave it.
 */
import type { Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Context, Effect, Layer, Redacted, Schema, type Scope } from "effect"
import { Redis, ReplyError } from "ioredis"
import * as Log from "../observability/logs/Log.ts"
import * as Tls from "../settings/Tls.ts"
import * as Denials from "./rights/Denials.ts"

/** The longest that one command may take before it counts as unanswered, in milliseconds. */
export const COMMAND_TIMEOUT_MILLIS = 5_000
/** The longest that connecting may take, in milliseconds. */
const CONNECT_TIMEOUT_MILLIS = 2_000
/** Delays between attempts to connect, in milliseconds: doubled from the first to the last, and jittered. */
const RETRY_FIRST_MILLIS = 50
const RETRY_LAST_MILLIS = 1_000
/** How long a ping may take for Redis to count as up, in milliseconds. Less than the second that a probe waits. */
const PING_TIMEOUT_MILLIS = 500

/** Where Redis is, and who we are there. */
export interface RedisSettings {
  readonly host: string
  readonly port: number
  /** The user `default` where it is absent and there is a password. */
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
  /** Everything is sent in the clear where it is absent. */
  readonly tls?: Tls.Tls | undefined
}

/** Redis answered, but a key holds what cannot be right. */
export class WrongContent extends Schema.TaggedError<WrongContent>()("WrongContent", { detail: Schema.String }) {}

/** For operations that stand for no single item: content that cannot be right is a store that does not serve. */
export const unavailable = (error: StoreUnavailable | WrongContent): StoreUnavailable =>
  error._tag === "WrongContent" ? new StoreUnavailable({ detail: error.detail }) : error

export class IoRedis extends Context.Service<IoRedis, {
  /** Where this connection leads, for others like it. */
  readonly settings: RedisSettings
  /**
   * Gives one command. Fails at once while Redis is away, and where a session is named that is not the present one. A
   * command that is a second try calls `verify` before it. `now` is the present session.
   */
  readonly use: <A>(
    command: (redis: Redis, verify: () => void, now: Session) => Promise<A>,
    session?: Session
  ) => Effect.Effect<A, StoreUnavailable | WrongContent>
  /** Counts the connections that were made. */
  readonly session: Effect.Effect<Session>
  /** Whether Redis answers now, and lets this user do what orders need. */
  readonly isUp: Effect.Effect<boolean>
  /** What is known of the rights of this connection's user. */
  readonly denials: Denials.Denials
}>()("@flash-sale/infra/redis/IoRedis") {}

type Use = IoRedis["Service"]["use"]

/** Connects until the scope closes, and runs `onReady` each time that it has. Never fails: it goes on trying. */
export const make = Effect.fnUntraced(function*(
  settings: RedisSettings,
  name: string,
  onReady?: (use: Use) => Effect.Effect<void>
): Effect.fn.Return<IoRedis["Service"], never, Scope.Scope> {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const redis = yield* Effect.acquireRelease(
    Effect.sync(() => open(settings, name)),
    (redis) => Effect.sync(() => redis.disconnect())
  )
  const denials = Denials.make()
  let connected = 0
  redis.on("ready", () => {
    connected++
  })
  // A command is sent on the connection that there is, or not at all: so it is asked right before.
  const use: Use = (command, session) => {
    const verify = () => {
      if (session !== undefined && session !== connected) {
        throw new Error("connected anew: what was acknowledged may be lost")
      }
    }
    return Effect.tryPromise({
      try: async () => {
        verify()
        return await command(redis, verify, connected)
      },
      catch: (cause) => {
        const error = toError(cause)
        Denials.note(denials, error.detail)
        return error
      }
    })
  }
  const { host, port } = settings
  const report = (effect: Effect.Effect<void>) =>
    run(Log.about({ connection: name, detail: `${host}:${port}` })(effect))
  reportChanges(redis, report)
  if (onReady !== undefined) redis.on("ready", () => report(onReady(use)))
  // The first attempt may fail: the strategy above goes on, and `reportChanges` says how it went.
  redis.connect().catch(() => undefined)
  const isUp = use((redis) => redis.ping()).pipe(
    Effect.timeout(PING_TIMEOUT_MILLIS),
    Effect.map(() => !denials.lacksNeeded),
    Effect.orElseSucceed(() => false)
  )
  return { settings, use, isUp, denials, session: Effect.sync(() => connected) }
})

/** The connection that most commands share. Says so where Redis is not set up to keep what it is given. */
export const layer = (settings: RedisSettings): Layer.Layer<IoRedis> =>
  Layer.effect(IoRedis, make(settings, "commands", (use) => checkPolicy(use)))

const open = ({ host, password, port, tls, username }: RedisSettings, connectionName: string): Redis =>
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

/** The client asks for a delay from outside of Effect; the attempt's number is all the randomness that jitter needs. */
const retryStrategy = (attempt: number): number => {
  const delay = Math.min(RETRY_FIRST_MILLIS * 2 ** Math.min(attempt - 1, 10), RETRY_LAST_MILLIS)
  return delay * (0.5 + ((attempt * 0.618_033_988_7) % 1) / 2)
}

/** One line for each change between up and down, however many attempts lie between. */
const reportChanges = (redis: Redis, report: (effect: Effect.Effect<void>) => void): void => {
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

/** Redis must refuse writes when its memory is full, rather than forget orders. */
const checkPolicy = Effect.fnUntraced(
  function*(use: Use) {
    const found = yield* use((redis) => redis.info("memory"))
    // `CONFIG GET` would give its user the passwords as well.
    const policy = /^maxmemory_policy:(\S+)/m.exec(found)?.[1] ?? "unknown"
    if (policy !== "noeviction") {
      yield* Log.error(`Redis may forget orders: maxmemory-policy is ${policy} and must be noeviction`, {
        event: "redis_policy"
      })
    }
  },
  Effect.catch((error) =>
    Log.warn(`Nobody knows whether Redis may forget orders: maxmemory-policy cannot be read: ${error}`, {
      event: "redis_policy"
    })
  )
)

/** Only these replies say something about a key; all others, and no reply at all, mean that Redis cannot serve now. */
const ABOUT_CONTENT = /^(WRONGTYPE|DAMAGED|ERR) /

const toError = (cause: unknown): StoreUnavailable | WrongContent => {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return cause instanceof ReplyError && ABOUT_CONTENT.test(detail) && !Denials.isDenial(detail)
    ? new WrongContent({ detail })
    : new StoreUnavailable({ detail })
}

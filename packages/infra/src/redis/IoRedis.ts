/**
 * One connection to Redis. Redis may be away at the start and at any later time; the client reconnects in the
 * background, and meanwhile every command fails at once. The client never repeats a command: only the caller knows
 * whether that is safe. Sessions are those of decision 0006.
 */
import type { Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Context, Effect, Layer, Schema, type Scope } from "effect"
import { type Redis, ReplyError } from "ioredis"
import { messageOf } from "../errors/MessageOf.ts"
import * as Log from "../observability/logs/Log.ts"
import * as RedisClient from "./client/RedisClient.ts"
import type { RedisSettings } from "./client/RedisSettings.ts"
import * as Denials from "./rights/Denials.ts"

/** How long a ping may take for Redis to count as up, in milliseconds. Less than the second that a probe waits. */
const PING_TIMEOUT_MILLIS = 500

/** Redis answered, but a key is damaged: of another type, or with content that no script writes. */
export class WrongContent extends Schema.TaggedError<WrongContent>()("WrongContent", { detail: Schema.String }) {}

/** The error of operations over many items: damaged content counts as a store that cannot serve. */
export const unavailable = (error: StoreUnavailable | WrongContent): StoreUnavailable =>
  error._tag === "WrongContent" ? new StoreUnavailable({ detail: error.detail }) : error

export class IoRedis extends Context.Service<IoRedis, {
  /** The settings of this connection, for opening another one. */
  readonly settings: RedisSettings
  /**
   * Runs one command. Fails at once while Redis is away, and where `session` is not the present one. `now` is the
   * present session; a command that is repeated calls `verify` first, which throws where the session has changed.
   */
  readonly use: <A>(
    command: (redis: Redis, verify: () => void, now: Session) => Promise<A>,
    session?: Session
  ) => Effect.Effect<A, StoreUnavailable | WrongContent>
  /** The number of the present connection: it grows by one with each. */
  readonly session: Effect.Effect<Session>
  /** Whether Redis answers now, and lets this user do what orders need. */
  readonly isUp: Effect.Effect<boolean>
  /** What is known of the rights of this connection's user. */
  readonly denials: Denials.Denials
}>()("@flash-sale/infra/redis/IoRedis") {}

type Use = IoRedis["Service"]["use"]

/** Connects until the scope closes, and runs `onReady` after each connection. Never fails: it goes on trying. */
export const make = Effect.fnUntraced(function*(
  settings: RedisSettings,
  name: string,
  onReady?: (use: Use) => Effect.Effect<void>
): Effect.fn.Return<IoRedis["Service"], never, Scope.Scope> {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const redis = yield* Effect.acquireRelease(
    Effect.sync(() => RedisClient.open(settings, name)),
    (redis) => Effect.sync(() => redis.disconnect())
  )
  const denials = Denials.make()
  let connected = 0
  redis.on("ready", () => {
    connected++
  })
  // The client queues no command, so the session is checked right before the command is sent.
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
  RedisClient.reportChanges(redis, report)
  if (onReady !== undefined) redis.on("ready", () => report(onReady(use)))
  // The first attempt may fail: the client goes on by itself, and `reportChanges` logs the result.
  redis.connect().catch(() => undefined)
  const isUp = use((redis) => redis.ping()).pipe(
    Effect.timeout(PING_TIMEOUT_MILLIS),
    Effect.map(() => !denials.lacksNeeded),
    Effect.orElseSucceed(() => false)
  )
  return { settings, use, isUp, denials, session: Effect.sync(() => connected) }
})

/** The connection that most commands share. Logs an error where Redis may evict keys. */
export const layer = (settings: RedisSettings): Layer.Layer<IoRedis> =>
  Layer.effect(IoRedis, make(settings, "commands", (use) => checkPolicy(use)))

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

/**
 * Only these replies are about the content of a key; all others, and no reply at all, mean that Redis cannot serve now.
 */
const ABOUT_CONTENT = /^(WRONGTYPE|DAMAGED|ERR) /

const toError = (cause: unknown): StoreUnavailable | WrongContent => {
  const detail = messageOf(cause)
  return cause instanceof ReplyError && ABOUT_CONTENT.test(detail) && !Denials.isDenial(detail)
    ? new WrongContent({ detail })
    : new StoreUnavailable({ detail })
}

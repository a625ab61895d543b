/**
 * One connection to Redis. It may be away when we start and go away at any time; it is connected again in the
 * background, and meanwhile every command fails at once. No command is ever sent a second time by the client: what a
 * command means is known only to whoever gave it.
 *
 * **Details**: a connection counts once its server has said what it is. A replica, a server in cluster mode and one
 * that is too old are never given a command; a server that becomes a replica ends the connection with the first write.
 */
import { type Session, StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { Context, Effect, Layer, Schema, type Scope } from "effect"
import type { Redis } from "ioredis"
import * as Log from "../observability/logs/Log.ts"
import * as Keys from "./Keys.ts"
import * as RedisClient from "./RedisClient.ts"
import * as ServerInfo from "./ServerInfo.ts"

/**
 * How long a probe may take for Redis to count as up, in milliseconds. Less than the second that a health check waits.
 */
const PROBE_TIMEOUT_MILLIS = 500

export type RedisSettings = RedisClient.RedisSettings
export const WrongContent = RedisClient.WrongContent
export type WrongContent = RedisClient.WrongContent

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
  /** Why Redis takes no writes now; undefined where it does. */
  readonly trouble: Effect.Effect<string | undefined>
  /** Whether it takes them. */
  readonly isUp: Effect.Effect<boolean>
}>()("@flash-sale/infra/redis/IoRedis") {}

type Use = IoRedis["Service"]["use"]

/** What is known of the connection now. */
interface Standing {
  /** Counts the connections that were admitted. */
  session: Session
  isOpen: boolean
  /** Connections in a row that were made and then refused. */
  refusals: number
  /** Why there is no connection, or the last one has ended. */
  why: string
  /** Whether waiting does not help. */
  isUnusable: boolean
}

/** Connects until the scope closes, and runs `onReady` each time that it has. Never fails: it goes on trying. */
export const make = Effect.fnUntraced(function*(
  settings: RedisSettings,
  name: string,
  onReady?: (use: Use) => Effect.Effect<void>
): Effect.fn.Return<IoRedis["Service"], never, Scope.Scope> {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const standing: Standing = { session: 0, isOpen: false, refusals: 0, why: CLOSED, isUnusable: false }
  const lost = (why: string, isUnusable = false): void => {
    Object.assign(standing, { isOpen: false, why, isUnusable })
  }
  let isClosed = false
  const redis = yield* Effect.acquireRelease(
    Effect.sync(() => RedisClient.open(settings, name, { refusals: () => standing.refusals, onLost: lost })),
    (redis) =>
      Effect.sync(() => {
        isClosed = true
        redis.disconnect()
      })
  )
  const use = useOf(redis, standing)
  const report = (effect: Effect.Effect<void>) =>
    run(Log.about({ connection: name, detail: RedisClient.placeOf(settings) })(effect))
  const { down, up } = changes(standing, report)
  redis.on("error", (error: Error) => {
    lost(error.message)
    // While no Sentinel answers there is nothing to connect to, and so no attempt that fails.
    if (settings.sentinels !== undefined) down()
  })
  redis.on("close", () => {
    standing.isOpen = false
  })
  redis.on("reconnecting", down)
  admitAll(redis, standing, lost, () => {
    up()
    if (onReady !== undefined) report(onReady(use))
  })
  // An attempt may fail: the client goes on, and `changes` says how it went.
  const connect = Effect.sync(() => void redis.connect().catch(() => undefined))
  // A failover that is announced while the client connects ends its attempts for good.
  redis.on("end", () => {
    if (!isClosed) run(Effect.delay(connect, CONNECT_AGAIN_MILLIS))
  })
  yield* connect
  const trouble = troubleOf(use)
  return {
    settings,
    use,
    trouble,
    isUp: Effect.map(trouble, (why) => why === undefined),
    session: Effect.sync(() => standing.session)
  }
})

const CLOSED = "the connection was closed"
/** How soon connecting begins anew where the client has given up, in milliseconds. */
const CONNECT_AGAIN_MILLIS = 100

/** The connection that most commands share. Says so where Redis is not set up to keep what it is given. */
export const layer = (settings: RedisSettings): Layer.Layer<IoRedis> =>
  Layer.effect(IoRedis, make(settings, "commands", (use) => checkPolicy(use)))

/** A command is sent on the connection that there is, or not at all: so that is looked at right before. */
const useOf = (redis: Redis, standing: Standing): Use => (command, session) => {
  const verify = () => {
    if (!standing.isOpen) throw new Error(`Redis is away: ${standing.why}`)
    if (session !== undefined && session !== standing.session) {
      throw new Error("connected anew: what was acknowledged may be lost")
    }
  }
  return Effect.tryPromise({
    try: async () => {
      verify()
      return await command(redis, verify, standing.session)
    },
    catch: RedisClient.toError
  })
}

/** Asks the server of each new connection what it is, and admits it or ends the connection. */
const admitAll = (
  redis: Redis,
  standing: Standing,
  lost: (why: string, isUnusable?: boolean) => void,
  onAdmitted: () => void
): void => {
  let connections = 0
  const judge = async (): Promise<ServerInfo.Verdict> => {
    try {
      return ServerInfo.judge(await redis.info())
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // A user without the right to ask may work all the same; what the server takes is then learnt by writing.
      return DENIED.test(why) ? { _tag: "Usable" } : { _tag: "Away", why }
    }
  }
  redis.on("ready", async () => {
    const connection = ++connections
    const verdict = await judge()
    if (connection !== connections || redis.status !== "ready") return
    if (verdict._tag === "Usable") {
      Object.assign(standing, { session: standing.session + 1, isOpen: true, refusals: 0 })
      return onAdmitted()
    }
    standing.refusals++
    lost(verdict.why, verdict._tag === "Unusable")
    redis.disconnect(true)
  })
}

/** One line for each change between up, down and unusable, however many attempts lie between. */
const changes = (standing: Standing, report: (effect: Effect.Effect<void>) => void) => {
  let state: "unknown" | "up" | "down" | "unusable" = "unknown"
  return {
    up: () => {
      if (state !== "up") report(Log.info("Redis is up", { event: "dependency_up" }))
      state = "up"
      standing.why = CLOSED
    },
    down: () => {
      const now = standing.isUnusable ? "unusable" : "down"
      if (state !== now) {
        report(
          now === "unusable"
            ? Log.error(`Redis cannot be used: ${standing.why}`, { event: "redis_unusable" })
            : Log.error(`Redis is away: ${standing.why}`, { event: "dependency_down" })
        )
      }
      state = now
    }
  }
}

/** Replies to a user without the right to a command or a key. */
const DENIED = /^NOPERM /

/**
 * A write that changes nothing: a server that is a replica, full, or cannot save refuses it as it refuses an order. A
 * user who may not ask it learns only whether Redis answers.
 */
const troubleOf = (use: Use): Effect.Effect<string | undefined> =>
  use((redis) => redis.setrange(Keys.probe, 0, "")).pipe(
    Effect.catchIf(({ detail }) => DENIED.test(detail), () => use((redis) => redis.ping())),
    Effect.timeoutOrElse({
      duration: PROBE_TIMEOUT_MILLIS,
      orElse: () => Effect.fail(new StoreUnavailable({ detail: `no answer within ${PROBE_TIMEOUT_MILLIS} ms` }))
    }),
    Effect.match({
      onSuccess: () => undefined,
      // Whatever is in the key, it was for writing that it was looked at.
      onFailure: (error) => error._tag === "WrongContent" ? undefined : error.detail
    })
  )

/** Redis must refuse writes when its memory is full, rather than forget orders. */
const checkPolicy = Effect.fnUntraced(
  function*(use: Use) {
    const [, policy] = yield* use((redis) => redis.config("GET", "maxmemory-policy")).pipe(
      Effect.flatMap(Schema.decodeUnknownEffect(Schema.Tuple([Schema.String, Schema.String])))
    )
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

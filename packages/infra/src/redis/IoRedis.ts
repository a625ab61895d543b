/**
 * One connection to Redis. Redis may be away at the start and at any later time; the client reconnects in the
 * background, and meanwhile every command fails at once. The client never repeats a command: only the caller knows
 * whether that is safe. Sessions are those of decision 0006.
 *
 * **Details**: `Standing` says which connections count. A server that becomes a replica ends the connection with the
 * first write that it refuses.
 */
import type { Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Context, Effect, Layer, type Scope } from "effect"
import type { Redis } from "ioredis"
import * as Log from "../observability/logs/Log.ts"
import * as EvictionPolicy from "./client/EvictionPolicy.ts"
import * as RedisClient from "./client/RedisClient.ts"
import * as RedisSettings from "./client/RedisSettings.ts"
import * as Standing from "./client/Standing.ts"
import * as WriteProbe from "./client/WriteProbe.ts"
import { toError, type WrongContent } from "./client/WrongContent.ts"
import * as Keys from "./Keys.ts"
import * as Denials from "./rights/Denials.ts"

/** How long a probe may take for Redis to count as up, in milliseconds: less than a health check waits. */
const PROBE_TIMEOUT_MILLIS = 500

/** How soon connecting begins anew where the client has given up, in milliseconds. */
const CONNECT_AGAIN_MILLIS = 100

export class IoRedis extends Context.Service<IoRedis, {
  /** The settings of this connection, for opening another one. */
  readonly settings: RedisSettings.RedisSettings
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
  /** Why Redis takes no writes now, or denies this user what orders need; undefined where it serves. */
  readonly trouble: Effect.Effect<string | undefined>
  /** Whether there is no trouble. */
  readonly isUp: Effect.Effect<boolean>
  /** What is known of the rights of this connection's user. */
  readonly denials: Denials.Denials
}>()("@flash-sale/infra/redis/IoRedis") {}

type Use = IoRedis["Service"]["use"]

/** Connects until the scope closes, and runs `onReady` after each connection. Never fails: it goes on trying. */
export const make = Effect.fnUntraced(function*(
  settings: RedisSettings.RedisSettings,
  name: string,
  onReady?: (use: Use) => Effect.Effect<void>
): Effect.fn.Return<IoRedis["Service"], never, Scope.Scope> {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const standing = Standing.make()
  const denials = Denials.make()
  const connector = yield* RedisClient.CurrentConnector
  let isClosed = false
  const redis = yield* Effect.acquireRelease(
    Effect.sync(() =>
      RedisClient.open(settings, name, {
        connector,
        refusals: () => standing.refusals,
        onLost: (why) => Standing.lose(standing, why)
      })
    ),
    (redis) =>
      Effect.sync(() => {
        isClosed = true
        redis.disconnect()
      })
  )
  const use = useOf(redis, standing, denials)
  const report = (effect: Effect.Effect<void>) =>
    run(Log.about({ connection: name, detail: RedisSettings.addressOf(settings) })(effect))
  Standing.follow(redis, standing, {
    denials,
    isBySentinels: settings.sentinels !== undefined,
    report,
    onAdmitted: () => {
      if (onReady !== undefined) report(onReady(use))
    }
  })
  // An attempt may fail: the client goes on by itself, and `Standing` logs the result.
  const connect = Effect.sync(() => void redis.connect().catch(() => undefined))
  // A failover that is announced while the client connects ends the client's attempts for good.
  redis.on("end", () => {
    if (!isClosed) run(Effect.delay(connect, CONNECT_AGAIN_MILLIS))
  })
  yield* connect
  const trouble = troubleOf(use, denials)
  return {
    settings,
    use,
    trouble,
    isUp: Effect.map(trouble, (why) => why === undefined),
    denials,
    session: Effect.sync(() => standing.session)
  }
})

/** The connection that most commands share. */
export const layer = (settings: RedisSettings.RedisSettings): Layer.Layer<IoRedis> =>
  Layer.effect(IoRedis, make(settings, "commands", (use) => EvictionPolicy.check(use((redis) => redis.info("memory")))))

/** The client queues no command, so the connection and its session are checked right before the command is sent. */
const useOf = (redis: Redis, standing: Standing.Standing, denials: Denials.Denials): Use => (command, session) => {
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
    catch: (cause) => {
      const error = toError(cause)
      Denials.note(denials, error.detail)
      return error
    }
  })
}

/** A user that may not write the probe learns only whether Redis answers. */
const troubleOf = (use: Use, denials: Denials.Denials): Effect.Effect<string | undefined> =>
  use(WriteProbe.at(Keys.probe)).pipe(
    Effect.catchIf(({ detail }) => Denials.isDenial(detail), () => use((redis) => redis.ping())),
    Effect.timeoutOrElse({
      duration: PROBE_TIMEOUT_MILLIS,
      orElse: () => Effect.fail(new StoreUnavailable({ detail: `no answer within ${PROBE_TIMEOUT_MILLIS} ms` }))
    }),
    // Whatever the key holds, the server would have written it.
    Effect.catchTag("WrongContent", () => Effect.void),
    Effect.match({
      // `RedisRights` logs which rights.
      onSuccess: () => denials.lacksNeeded ? "its user lacks rights that orders need" : undefined,
      onFailure: ({ detail }) => detail
    })
  )

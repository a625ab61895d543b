/** A Redis that requires TLS and credentials: the ports work there as anywhere, and no secret is logged. */
import { assert, describe, it } from "@effect/vitest"
import * as IoRedis from "@flash-sale/infra/redis/IoRedis"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Context, Effect, Layer, Logger, Redacted, References, Schedule } from "effect"
import type { Redis } from "ioredis"
import { inspect } from "node:util"
import * as ItemStoreContract from "../../contract/ItemStoreContract.ts"
import * as LiveEventsContract from "../../contract/LiveEventsContract.ts"
import * as OrderStatusesContract from "../../contract/OrderStatusesContract.ts"
import * as Certificates from "../../servers/Certificates.ts"
import * as SecuredServers from "../../servers/SecuredServers.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"

const missing = isUnavailable(redisServerProgram())
needed(redisServerProgram())

type Env = Readonly<Record<string, string>>

class Secured extends Context.Service<Secured, {
  readonly env: Env
  readonly certificates: Certificates.Certificates
  readonly admin: Redis
}>()("test/Secured") {}

const secured = Layer.effect(
  Secured,
  Effect.gen(function*() {
    const certificates = yield* Effect.acquireRelease(
      Effect.promise(() => Certificates.make()),
      ({ remove }) => Effect.promise(remove)
    )
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => SecuredServers.redis(certificates)),
      ({ stop }) => Effect.promise(stop)
    )
    return { ...server, certificates }
  })
)

const settingsOf = (env: Env) => Effect.orDie(Settings.RedisSettings.parse(ConfigProvider.fromEnv({ env })))

const PATIENCE = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))
const untilUp = Effect.flatMap(
  IoRedis.IoRedis,
  ({ isUp }) => Effect.filterOrFail(isUp, (up) => up, () => "Redis did not come up")
).pipe(Effect.retry(PATIENCE), Effect.orDie)

/** The adapters over it, as the environment says. */
const adapters = Layer.effectDiscard(untilUp).pipe(
  Layer.provideMerge(
    Layer.unwrap(Effect.gen(function*() {
      return RedisInfra.layer(yield* settingsOf((yield* Secured).env))
    }))
  ),
  Layer.provide(secured)
)

describe.skipIf(missing)("With a user's least rights, over TLS, with a certificate of our own:", () => {
  ItemStoreContract.suite("Redis", adapters)
  OrderStatusesContract.suite("Redis", adapters)
  LiveEventsContract.suite("Redis", adapters)
})

const shown = (value: unknown): string => inspect(value, { depth: 9 })

/** All that is logged while `program` runs, as text. */
const logged = <A, E, R>(program: (lines: () => string) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, fiber, message }) => {
      lines.push(shown({ message, cause, annotations: fiber.getRef(References.CurrentLogAnnotations) }))
    })
    return Effect.provide(program(() => lines.join("\n")), Logger.layer([logger]))
  })

const connection = (env: Env) => Effect.flatMap(settingsOf(env), (settings) => IoRedis.make(settings, "test"))
const untilLogged = (lines: () => string, text: string) =>
  Effect.repeat(Effect.sleep("10 millis"), { until: () => lines().includes(text) })

describe.skipIf(missing)("Redis that rejects our credentials", () => {
  it.live("a Redis that rejects a password is away, says why without it, and works once it accepts it", () =>
    logged((lines) =>
      Effect.gen(function*() {
        const { admin, env } = yield* Secured
        const wrong = "wr0ng-passw0rd"
        const { isUp, settings, use } = yield* connection({ ...env, REDIS_PASSWORD: wrong })
        yield* untilLogged(lines, "WRONGPASS")
        assert.isFalse(yield* isUp)
        const failure = yield* Effect.flip(use((redis) => redis.get("inventory:101")))
        yield* Effect.promise(() => admin.acl("SETUSER", SecuredServers.USER, `>${wrong}`))
        yield* Effect.repeat(isUp, { until: (up) => up, schedule: PATIENCE })
        yield* Effect.promise(() => admin.acl("SETUSER", SecuredServers.USER, `<${wrong}`))
        yield* untilLogged(lines, "Redis is up")
        const said = lines() + shown(failure) + JSON.stringify(settings) + shown(settings) + String(failure)
        assert.notInclude(said, wrong)
        assert.notInclude(said, "PRIVATE KEY")
        assert.strictEqual(Redacted.value(settings.password!), wrong)
      })
    ).pipe(Effect.provide(secured), Effect.scoped))

  it.live("a Redis with another certificate or other users is away, and says why", () =>
    Effect.gen(function*() {
      const { certificates, env } = yield* Secured
      const cases: ReadonlyArray<readonly [Env, string]> = [
        [{ REDIS_TLS_CA_FILE: certificates.stranger }, "certificate"],
        [{ REDIS_TLS_CA_FILE: "" }, "certificate"],
        [{ REDIS_USERNAME: "nobody" }, "WRONGPASS"],
        [{ REDIS_USERNAME: "", REDIS_PASSWORD: "" }, "NOAUTH"]
      ]
      for (const [change, why] of cases) {
        yield* logged((lines) =>
          Effect.gen(function*() {
            const { isUp } = yield* connection({ ...env, ...change })
            yield* untilLogged(lines, why)
            assert.isFalse(yield* isUp)
            assert.notInclude(lines(), SecuredServers.PASSWORD)
          }).pipe(Effect.scoped)
        )
      }
    }).pipe(Effect.provide(secured), Effect.scoped))
})

/** A Redis that requires TLS and credentials: the ports work there as anywhere, and no secret is logged. */
import { assert, describe, it } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import * as IoRedis from "@flash-sale/infra/redis/IoRedis"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Context, Effect, Layer, Logger, Redacted, References, Schedule } from "effect"
import type { Redis } from "ioredis"
import { inspect } from "node:util"
import * as BacklogsContract from "../../contract/BacklogsContract.ts"
import * as ItemStoreContract from "../../contract/ItemStoreContract.ts"
import * as LiveEventsContract from "../../contract/LiveEventsContract.ts"
import * as OrderStatusesContract from "../../contract/OrderStatusesContract.ts"
import * as RecoveryMarksContract from "../../contract/RecoveryMarksContract.ts"
import * as StoredItemsContract from "../../contract/StoredItemsContract.ts"
import * as Certificates from "../../servers/Certificates.ts"
import * as SecuredServers from "../../servers/SecuredServers.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"

const missing = isUnavailable(redisServerProgram())
needed(redisServerProgram())

type Env = Readonly<Record<string, string>>

class Secured extends Context.Service<Secured, {
  readonly env: Env
  readonly envOf: (user: SecuredServers.User) => Env
  readonly certificates: Certificates.Certificates
  readonly admin: Redis
}>()("test/Secured") {}

/** At the end nothing may have been denied but logins. */
const secured = Layer.effect(
  Secured,
  Effect.gen(function*() {
    const certificates = yield* Effect.acquireRelease(
      Effect.promise(() => Certificates.make()),
      ({ remove }) => Effect.promise(remove)
    )
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => SecuredServers.redis(certificates)),
      ({ admin, stop }) =>
        Effect.promise(async () => {
          const denied = await SecuredServers.denied(admin)
          await stop()
          assert.deepStrictEqual(denied, [])
        })
    )
    return { ...server, env: server.envOf("gateway"), certificates }
  })
)

const settingsOf = (env: Env) => Effect.orDie(Settings.RedisSettings.parse(ConfigProvider.fromEnv({ env })))

const TIMEOUT = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))
const untilUp = Effect.flatMap(
  ItemStore,
  ({ isUp }) => Effect.filterOrFail(isUp, (up) => up, () => "Redis did not come up")
).pipe(Effect.retry(TIMEOUT), Effect.orDie)

/** The adapters over it, each as one of its users. */
const adaptersOf = (user: SecuredServers.User) =>
  Effect.gen(function*() {
    const settings = yield* settingsOf((yield* Secured).envOf(user))
    const context = yield* Layer.build(RedisInfra.layer(settings, user))
    yield* Effect.provideContext(untilUp, context)
    return context
  })

/** Each operation by the user that performs it: where both may, by the gateway's. */
const ports = Layer.effectContext(Effect.gen(function*() {
  const [gateway, processor] = [yield* adaptersOf("gateway"), yield* adaptersOf("processor")]
  const [ofGateway, ofProcessor] = [Context.get(gateway, ItemStore), Context.get(processor, ItemStore)]
  const statuses = { ...Context.get(gateway, OrderStatuses), write: Context.get(processor, OrderStatuses).write }
  const backlogs = { ...Context.get(processor, Backlogs), read: Context.get(gateway, Backlogs).read }
  const marks = { ...Context.get(processor, RecoveryMarks), read: Context.get(gateway, RecoveryMarks).read }
  return Context.make(ItemStore, {
    ...ofProcessor,
    read: ofGateway.read,
    readBuyers: ofGateway.readBuyers
  }).pipe(
    Context.add(RecoveryMarks, marks),
    Context.add(OrderStatuses, statuses),
    Context.add(Backlogs, backlogs),
    Context.add(LiveEvents, Context.get(gateway, LiveEvents))
  )
})).pipe(Layer.provide(secured))

/** The operator's, for commands that compare and repair. */
const items = Layer.effectContext(Effect.gen(function*() {
  const settings = yield* settingsOf((yield* Secured).envOf("operator"))
  const context = yield* Layer.build(RedisInfra.layerItems(settings, "operator"))
  yield* Effect.provideContext(untilUp, context)
  return context
})).pipe(Layer.provide(secured))

describe.skipIf(missing)("With each user's least rights, over TLS, with a certificate of our own:", () => {
  ItemStoreContract.suite("Redis", ports)
  RecoveryMarksContract.suite("Redis", ports)
  OrderStatusesContract.suite("Redis", ports)
  LiveEventsContract.suite("Redis", ports)
  BacklogsContract.suite("Redis", ports)
  StoredItemsContract.suite("Redis", items)
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
        yield* Effect.promise(() => admin.acl("SETUSER", "gateway", `>${wrong}`))
        yield* Effect.repeat(isUp, { until: (up) => up, schedule: TIMEOUT })
        yield* Effect.promise(() => admin.acl("SETUSER", "gateway", `<${wrong}`))
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

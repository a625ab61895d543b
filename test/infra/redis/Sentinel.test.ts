/** The primary is the one that the Sentinels name, after a failover as well; what is no primary is never written to. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Effect, Logger, Schedule } from "effect"
import type { Redis } from "ioredis"
import { freshItem, request, stock } from "../../contract/Commands.ts"
import { until } from "../../servers/Processes.ts"
import * as RedisSentinel from "../../servers/RedisSentinel.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"

needed(redisServerProgram())

const UNTIL_SERVED = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 1_500 }))

const running = (make: () => Promise<RedisServer>) =>
  Effect.acquireRelease(Effect.promise(make), (server) => Effect.promise(() => server.stop()))

const started = (settings: RedisServer["settings"] = {}) =>
  running(async () => {
    const server = await RedisServer.make(settings)
    await server.start()
    return server
  })

const asked = <A>(server: RedisServer, question: (redis: Redis) => Promise<A>) =>
  Effect.promise(() => RedisSentinel.ask(server, question))

/** A primary, a replica and a Sentinel that knows both. */
const trio = Effect.gen(function*() {
  const primary = yield* started()
  const replica = yield* started({ replicaof: `${primary.host} ${primary.port}` })
  const sentinel = yield* running(() => RedisSentinel.start(primary))
  yield* Effect.promise(() => RedisSentinel.untilWatching(sentinel, replica))
  return { primary, replica, sentinel }
})

const settingsOf = ({ host, port }: RedisServer) => ({
  host: "nowhere",
  port: 1,
  sentinels: { name: RedisSentinel.NAME, nodes: [{ host, port }], isTls: false }
})

const isUp = Effect.flatMap(ItemStore, (store) => store.isUp)
const untilUp = Effect.filterOrFail(isUp, (up) => up, () => "not up").pipe(Effect.retry(UNTIL_SERVED), Effect.orDie)

describe("Redis by its Sentinels", () => {
  it.live(
    "orders go to the primary, after it was killed to the former replica, and never to the former primary",
    () =>
      Effect.gen(function*() {
        const { primary, replica, sentinel } = yield* trio
        yield* Effect.gen(function*() {
          const store = yield* ItemStore
          const marks = yield* RecoveryMarks
          yield* untilUp
          const item = freshItem()
          yield* store.fold(request(item, [stock(0, 1)]))
          const before = yield* marks.session
          yield* Effect.promise(() => primary.kill())
          const refused = yield* Effect.flip(store.fold(request(item, [stock(1, 1)])))
          assert.strictEqual(refused._tag, "StoreUnavailable")
          yield* untilUp
          assert.isAbove(yield* marks.session, before)
          yield* Effect.retry(store.fold(request(item, [stock(1, 1)])), UNTIL_SERVED)
          assert.match(yield* asked(replica, (redis) => redis.info("replication")), /role:master/)
          yield* Effect.promise(() => primary.start())
          yield* store.fold(request(item, [stock(2, 1)]))
          assert.strictEqual((yield* store.read(item.partition, item.itemId)).available, 3)
        }).pipe(Effect.provide(RedisInfra.layer(settingsOf(sentinel))))
      }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))),
    120_000
  )

  it.live(
    "a failover on request moves the connections, and nothing is written to the server that was demoted",
    () =>
      Effect.gen(function*() {
        const { primary, replica, sentinel } = yield* trio
        yield* Effect.gen(function*() {
          const store = yield* ItemStore
          const marks = yield* RecoveryMarks
          yield* untilUp
          const before = yield* marks.session
          yield* Effect.promise(() => RedisSentinel.failOver(sentinel))
          const moved = Effect.map(marks.session, (now) => now > before)
          yield* Effect.filterOrFail(moved, (is) => is, () => "not moved").pipe(Effect.retry(UNTIL_SERVED))
          yield* untilUp
          const item = freshItem()
          yield* store.fold(request(item, [stock(0, 1)]))
          // The former primary takes writes until the Sentinel has demoted it; this one went to the new one.
          assert.strictEqual(yield* asked(replica, (redis) => redis.get(Keys.inventory(item.itemId))), "1")
          yield* Effect.promise(() =>
            until("the former primary is demoted", async () => !await RedisSentinel.isPrimary(primary))
          )
          assert.isTrue(yield* Effect.promise(() => RedisSentinel.isPrimary(replica)))
        }).pipe(Effect.provide(RedisInfra.layer(settingsOf(sentinel))))
      }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))),
    120_000
  )

  it.live("Redis is away, in one line, while no Sentinel answers, and up when one does", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => {
      lines.push(String(message))
    })
    return Effect.gen(function*() {
      const primary = yield* started()
      const sentinel = yield* running(() => RedisSentinel.start(primary))
      yield* Effect.promise(() => sentinel.kill())
      yield* Effect.gen(function*() {
        const store = yield* ItemStore
        yield* Effect.sleep("2 seconds")
        assert.isFalse(yield* store.isUp)
        assert.lengthOf(lines.filter((line) => line.startsWith("Redis is away: All sentinels are unreachable")), 2)
        yield* Effect.promise(() => sentinel.start())
        yield* untilUp
      }).pipe(Effect.provide(RedisInfra.layer(settingsOf(sentinel))))
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([logger])))
  }, 60_000)

  it.live("a Sentinel at the address of Redis is refused", () =>
    Effect.gen(function*() {
      const primary = yield* started()
      const sentinel = yield* running(() => RedisSentinel.start(primary))
      yield* Effect.gen(function*() {
        const store = yield* ItemStore
        const why = yield* Effect.filterOrFail(store.trouble, (found) => /Sentinel/.test(found ?? ""), () => "no line")
          .pipe(Effect.retry(UNTIL_SERVED))
        assert.include(why ?? "", "REDIS_SENTINELS")
      }).pipe(Effect.provide(RedisInfra.layer({ host: sentinel.host, port: sentinel.port })))
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))), 60_000)
})

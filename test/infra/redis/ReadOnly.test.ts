/** A Redis that answers and takes no writes is not up: as a replica, when it is full, and when it may not save. */
import { describe, expect, it, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import * as IoRedis from "@flash-sale/infra/redis/IoRedis"
import { Effect, Logger, Schedule } from "effect"
import { freshItem, request, stock } from "../../contract/Commands.ts"
import { freePort } from "../../servers/Ports.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import * as OwnRedis from "./OwnRedis.ts"

const TIMEOUT = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 1_000 }))

const until = (condition: Effect.Effect<boolean>) =>
  Effect.filterOrFail(condition, (is) => is, () => "not yet").pipe(Effect.retry(TIMEOUT), Effect.orDie)

const untilTrouble = (pattern: RegExp) =>
  Effect.flatMap(
    ItemStore,
    (store) => until(Effect.map(store.trouble, (why) => why !== undefined && pattern.test(why)))
  )

layer(OwnRedis.layer, { excludeTestServices: true })("Redis", (it) => {
  it.effect("a replica is away although nobody writes, and is up again as a primary in another session", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const marks = yield* RecoveryMarks
      const { cli } = yield* OwnRedis.OwnRedis
      const item = freshItem()
      const before = yield* marks.session
      expect(yield* store.isUp).toBe(true)
      yield* cli("REPLICAOF", "127.0.0.1", yield* Effect.promise(freePort))
      yield* until(Effect.map(store.isUp, (up) => !up))
      yield* untilTrouble(/replica/)
      const refused = yield* Effect.flip(store.fold(request(item, [stock(0, 1)])))
      expect(refused).toMatchObject({ _tag: "StoreUnavailable" })
      // Nor may anything be concluded from what a replica still holds.
      expect(yield* Effect.flip(store.read(item.partition, item.itemId))).toMatchObject({ _tag: "StoreUnavailable" })
      yield* cli("REPLICAOF", "NO", "ONE")
      yield* OwnRedis.untilUp
      expect(yield* marks.session).toBe(before + 1)
      expect((yield* store.fold(request(item, [stock(0, 1)]))).summary.available).toBe(1)
    }))

  it.effect("a Redis that becomes a replica refuses the write that finds it, and the session is over", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const marks = yield* RecoveryMarks
      const { cli } = yield* OwnRedis.OwnRedis
      const item = freshItem()
      yield* store.fold(request(item, [stock(0, 1)]))
      const before = yield* marks.session
      yield* cli("REPLICAOF", "127.0.0.1", yield* Effect.promise(freePort))
      expect(yield* Effect.flip(store.fold(request(item, [stock(1, 1)])))).toMatchObject({ _tag: "StoreUnavailable" })
      yield* cli("REPLICAOF", "NO", "ONE")
      yield* OwnRedis.untilUp
      expect(yield* marks.session).toBeGreaterThan(before)
      expect((yield* store.fold(request(item, [stock(1, 1)]))).summary.available).toBe(2)
    }))

  it.effect.each<readonly [setting: string, on: string, off: string, why: RegExp]>([
    ["maxmemory", "1", "0", /OOM/],
    ["min-replicas-to-write", "1", "0", /NOREPLICAS/]
  ])(
    "a Redis that refuses writes by %s is not up and says why, and its connection goes on",
    ([setting, on, off, why]) =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const marks = yield* RecoveryMarks
        const { cli } = yield* OwnRedis.OwnRedis
        const before = yield* marks.session
        yield* cli("CONFIG", "SET", setting, on)
        yield* untilTrouble(why)
        expect(yield* store.isUp).toBe(false)
        yield* cli("CONFIG", "SET", setting, off)
        yield* OwnRedis.untilUp
        expect(yield* marks.session).toBe(before)
      })
  )

  it.effect("the probe leaves no key", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const { cli } = yield* OwnRedis.OwnRedis
      yield* cli("FLUSHALL")
      expect(yield* store.isUp).toBe(true)
      expect(yield* cli("DBSIZE")).toBe(0)
    }))

  it.effect("a Redis whose user may not write the probe counts as up where it answers", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const { cli } = yield* OwnRedis.OwnRedis
      yield* cli("ACL", "SETUSER", "default", "-setrange")
      expect(yield* store.isUp).toBe(true)
      yield* cli("ACL", "SETUSER", "default", "+setrange")
    }))
})

/** All that is said of a connection to a Redis with these settings, once there is a line of it. */
const refusedBy = (settings: RedisServer["settings"]) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => {
      lines.push(String(message))
    })
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => RedisServer.make(settings)),
      (server) => Effect.promise(() => server.stop())
    )
    yield* Effect.promise(() => server.start())
    return yield* Effect.gen(function*() {
      const redis = yield* IoRedis.make({ host: server.host, port: server.port }, "test")
      yield* until(Effect.sync(() => lines.length > 0))
      // It goes on trying, and says no more of it.
      yield* Effect.sleep("1 second")
      expect(yield* redis.isUp).toBe(false)
      expect(yield* redis.session).toBe(0)
      return { lines, trouble: yield* redis.trouble }
    }).pipe(Effect.provide(Logger.layer([logger])))
  }).pipe(Effect.scoped)

describe("IoRedis in cluster mode", () => {
  it.live("a Redis in cluster mode is refused in one line", () =>
    Effect.gen(function*() {
      const { lines, trouble } = yield* refusedBy({
        "cluster-enabled": "yes",
        // Of its own: the port of Redis and 10,000, which another server may have.
        "cluster-port": String(yield* Effect.promise(freePort))
      })
      expect(lines).toEqual([
        "Redis cannot be used: it runs in cluster mode, and one order touches keys of several slots"
      ])
      expect(trouble).toContain("cluster mode")
    }))
})

describe("IoRedis at a replica", () => {
  it.live("a replica at the start is away, in one line", () =>
    Effect.gen(function*() {
      const { lines } = yield* refusedBy({ replicaof: "127.0.0.1 1" })
      expect(lines).toEqual(["Redis is away: it is a replica, which takes no writes"])
    }))
})

/** The instances as Redis holds them: by its clock, also where something else has written there. */
import { assert, layer } from "@effect/vitest"
import { InstanceId } from "@flash-sale/domain/instances/Instance"
import { Instances, LIVES_MILLIS, MAX_INSTANCES, MAX_REPORT_BYTES } from "@flash-sale/domain/ports/Instances"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Clock, Duration, Effect } from "effect"
import * as InstancesContract from "../../contract/InstancesContract.ts"
import * as SteppingClock from "../time/SteppingClock.ts"
import * as OwnRedis from "./OwnRedis.ts"

InstancesContract.suite("Redis", OwnRedis.layer)

const FORGED = 10_000
const FORGED_AT_ONCE = 500
const DAY = Duration.toMillis("1 day")
const TEST_TIMEOUT = 60_000

const { gateway, processor } = InstancesContract

const cli = (command: string, ...args: ReadonlyArray<string | number>) =>
  Effect.flatMap(OwnRedis.OwnRedis, (redis) => redis.cli(command, ...args))

/** The clock of Redis in milliseconds. */
const redisNow = Effect.map(cli("TIME"), (time) => {
  const [seconds, micros] = time as ReadonlyArray<string>
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
})

const idsListed = Effect.gen(function*() {
  return (yield* (yield* Instances).list).map(({ instance }) => String(instance.id))
})

/** On a machine whose clock is this much ahead. */
const skewed = (millis: number) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const clock = SteppingClock.over(yield* Clock.Clock)
    return yield* Effect.provideContext(Effect.andThen(SteppingClock.step(millis), effect), clock)
  })

layer(OwnRedis.layer, { excludeTestServices: true, timeout: TEST_TIMEOUT })("RedisInstances", (it) => {
  it.effect("what is not said again is gone, and nothing stays in Redis for good", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      yield* instances.report(gateway("dead"))
      // Said so long ago, by the clock of Redis.
      yield* cli("ZADD", Keys.instances, (yield* redisNow) - LIVES_MILLIS - 1, "dead")
      assert.deepStrictEqual(yield* idsListed, [])
      yield* instances.report(gateway("alive"))
      assert.deepStrictEqual(yield* cli("HKEYS", Keys.instanceReports), ["alive"])
      for (const key of [Keys.instances, Keys.instanceReports]) {
        assert.isAbove(Number(yield* cli("PTTL", key)), LIVES_MILLIS)
        assert.isAtMost(Number(yield* cli("PTTL", key)), 12 * LIVES_MILLIS)
      }
      yield* InstancesContract.clear
    }))

  it.effect("clocks of the machines do not matter", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      yield* skewed(DAY)(instances.report(gateway("ahead")))
      yield* skewed(-DAY)(instances.report(processor("behind")))
      const listed = yield* skewed(7 * DAY)(instances.list)
      assert.deepStrictEqual(
        listed.map(({ instance }) => instance.id).toSorted(),
        ["ahead", "behind"].map((id) => InstanceId.make(id))
      )
      for (const { ageMillis } of listed) assert.isTrue(ageMillis >= 0 && ageMillis <= LIVES_MILLIS, `${ageMillis}`)
      yield* InstancesContract.clear
    }))

  it.effect("thousands of forged entries do not break the list, and go", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      const now = yield* redisNow
      const rubbish = [
        "",
        "{",
        "null",
        "[]",
        "{\"service\":\"gateway\"}",
        "x".repeat(MAX_REPORT_BYTES + 1),
        "\u0000\uffff"
      ]
      for (let n = 0; n < FORGED; n += FORGED_AT_ONCE) {
        const names = Array.from({ length: FORGED_AT_ONCE }, (_, k) => `forged-${n + k}`)
        // Long ago, now, and in a future that never comes.
        yield* cli(
          "ZADD",
          Keys.instances,
          ...names.flatMap((id, k) => [[0, now, now + DAY, "inf", "-inf"][k % 5]!, id])
        )
        yield* cli("HSET", Keys.instanceReports, ...names.flatMap((id, k) => [id, rubbish[k % rubbish.length]!]))
      }
      // A report of one instance under the name of another, and one that no schema reads.
      yield* cli("ZADD", Keys.instances, now, "liar", now, "huge")
      yield* cli("HSET", Keys.instanceReports, "liar", JSON.stringify(gateway("true")))
      yield* cli(
        "HSET",
        Keys.instanceReports,
        "huge",
        JSON.stringify({ ...gateway("huge"), refused_per_second: { __proto__x: 1e308, constructor: -1 } })
      )
      assert.deepStrictEqual(yield* idsListed, [])
      yield* instances.report(gateway("g-1"))
      yield* instances.report(processor("p-1"))
      assert.sameMembers([...yield* idsListed], ["g-1", "p-1"])
      assert.isAtMost(Number(yield* cli("HLEN", Keys.instanceReports)), MAX_INSTANCES)
      assert.isAtMost(Number(yield* cli("ZCARD", Keys.instances)), MAX_INSTANCES)
      yield* cli("DEL", Keys.instances, Keys.instanceReports)
    }), TEST_TIMEOUT)

  it.effect("keys of another type list nobody, and the next report mends them", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      yield* cli("SET", Keys.instances, "x")
      yield* cli("RPUSH", Keys.instanceReports, "x")
      assert.deepStrictEqual(yield* idsListed, [])
      yield* instances.report(gateway("g-1"))
      assert.deepStrictEqual(yield* idsListed, ["g-1"])
      yield* InstancesContract.clear
    }))
})

layer(OwnRedis.layerAway, { excludeTestServices: true })("RedisInstances while Redis is away", (it) => {
  it.effect("a report and the list fail at once", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      for (const ask of [instances.report(gateway("g")), instances.withdraw(InstanceId.make("g")), instances.list]) {
        assert.strictEqual((yield* Effect.flip(ask))._tag, "StoreUnavailable")
      }
    }).pipe(Effect.timeout("2 seconds")))
})

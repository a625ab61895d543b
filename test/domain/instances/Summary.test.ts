/** What all instances say, added up. */
import { assert, describe, it } from "@effect/vitest"
import { type Instance, MAX_KINDS } from "@flash-sale/domain/instances/Instance"
import { Overview } from "@flash-sale/domain/instances/Overview"
import * as Summary from "@flash-sale/domain/instances/Summary"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Schema } from "effect"
import { gateway, processor } from "../../contract/InstancesContract.ts"

const encode = Schema.encodeSync(Overview)

const of = (...instances: ReadonlyArray<Instance>) => {
  const overview = Summary.of(instances.map((instance, at) => ({ instance, ageMillis: at * 100 })))
  // Whatever instances say, it can be shown.
  encode(overview)
  return overview
}

/** The partitions of a processor by the state of their worker; those that are not named are 0. */
const states = (more: Partial<Record<"running" | "recovering" | "waiting" | "refusing", number>>) => ({
  running: 0,
  recovering: 0,
  waiting: 0,
  refusing: 0,
  ...more
})

describe("Overview", () => {
  it("an engine without instances is unhealthy, and says what is missing", () => {
    const { problems, rules_version, status, versions } = of()
    assert.strictEqual(status, "unhealthy")
    assert.deepStrictEqual(problems, [{ code: "no_gateway", count: 1 }, { code: "no_processor", count: 1 }])
    assert.deepStrictEqual(versions, [])
    assert.isUndefined(rules_version)
  })

  it("numbers and rates add up, of ages the worst counts, and everybody is listed", () => {
    const overview = of(
      gateway("g-1", { refused_per_second: { sold_out: 40, limit: 1 }, failed_per_second: { overloaded: 2 } }),
      gateway("g-2", { refused_per_second: { sold_out: 2.5 }, stopping: true }),
      processor("p-1", {
        partitions: states({ running: 6, recovering: 1 }),
        recovering: [{ partition: PartitionId.make(3), at: 10, until: 100 }],
        lag: { records: 7, seconds: 9.5, partition: PartitionId.make(3) }
      }),
      processor("p-2", { partitions: states({ running: 5 }), dead_letters: { size: 4, oldest_seconds: 20 } })
    )
    assert.strictEqual(overview.status, "healthy")
    assert.deepStrictEqual(overview.problems, [])
    assert.deepStrictEqual(overview.parts, { redis: { up: 4, away: 0 }, kafka: { up: 4, away: 0 } })
    assert.deepStrictEqual(overview.gateways, {
      count: 2,
      stopping: 1,
      breaker: { closed: 2, open: 0, half_open: 0 },
      received_per_second: 201,
      accepted_per_second: 120,
      refused_per_second: { sold_out: 42.5, limit: 1 },
      failed_per_second: { overloaded: 2 },
      in_flight: 6,
      streams: 4
    })
    assert.deepStrictEqual(overview.processors, {
      count: 2,
      partitions: { total: 12, unowned: 0, running: 11, recovering: 1, waiting: 0, refusing: 0 },
      folded_per_second: 120,
      lag: { records: 12, seconds: 9.5, partition: PartitionId.make(3) },
      halted: [],
      recovering: [{ partition: PartitionId.make(3), at: 10, until: 100 }],
      stopped_items: 0,
      payments: { in_flight: 8, in_doubt: 2, per_second: { paid: 118 }, held_back: false, simulated: true },
      // Each processor sees the letters of the whole engine.
      dead_letters: { size: 4, oldest_seconds: 30 }
    })
    assert.deepStrictEqual(overview.instances.map((one) => [one.id, one.seen_seconds_ago] as const), [
      ["g-1", 0],
      ["g-2", 0.1],
      ["p-1", 0.2],
      ["p-2", 0.3]
    ] as ReadonlyArray<readonly [string, number]> as never)
  })

  it("each problem has its code and how many it is about", () => {
    const { problems, status } = of(
      gateway("g-1", { redis: false, breaker: "open" }),
      gateway("g-2", { kafka: false, breaker: "half_open", partitions: 20 }),
      processor("p-1", {
        partitions: states({ running: 2, waiting: 3, refusing: 4 }),
        halted: [{ partition: PartitionId.make(1), code: "trimmed_log" }],
        stopped_items: 5,
        payments: { in_flight: 0, in_doubt: 0, per_second: {}, held_back: true, simulated: false }
      })
    )
    assert.strictEqual(status, "unhealthy")
    assert.deepStrictEqual(Object.fromEntries(problems.map(({ code, count }) => [code, count])), {
      redis_away: 1,
      kafka_away: 1,
      breaker_not_closed: 2,
      partitions_unowned: 11,
      partitions_waiting: 3,
      partitions_halted: 4,
      items_stopped: 5,
      payments_held_back: 1
    })
  })

  it("releases and rules are those that run, and of the rules the version that every processor knows", () => {
    const overview = of(
      gateway("g-1", { version: "0.3.0", rules_version: 2 }),
      processor("p-1", { version: "0.3.0", rules_version: 2 }),
      processor("p-2")
    )
    assert.deepStrictEqual(overview.versions, ["0.2.0", "0.3.0"])
    assert.strictEqual(overview.rules_version, 1)
  })

  it("forged numbers and codes make an overview that can still be shown", () => {
    const huge = Number.MAX_SAFE_INTEGER
    const codes = (prefix: string) =>
      Object.fromEntries(Array.from({ length: MAX_KINDS }, (_, n) => [`${prefix}${n}`, n]))
    const overview = of(
      gateway("g-1", { in_flight: huge, received_per_second: huge, refused_per_second: codes("a") }),
      gateway("g-2", { in_flight: huge, received_per_second: huge, refused_per_second: codes("b") }),
      gateway("g-3", { refused_per_second: { constructor: 1, toString: 2 } as never }),
      gateway("g-4", { refused_per_second: JSON.parse("{\"__proto__\":70}") })
    )
    assert.strictEqual(overview.gateways.in_flight, huge)
    assert.strictEqual(Object.keys(overview.gateways.refused_per_second).length, MAX_KINDS)
    assert.strictEqual(Object.entries(overview.gateways.refused_per_second)[0]?.[1], 70)
  })
})

/** An instance reports once a second, disturbs nobody, and is taken out of the list at its end. */
import { assert, describe, it } from "@effect/vitest"
import { type Instance, InstanceText } from "@flash-sale/domain/instances/Instance"
import { Instances, type Service } from "@flash-sale/domain/ports/Instances"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as InstanceReports from "@flash-sale/infra/observability/InstanceReports"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import { Duration, Effect, Exit, Fiber, Layer, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"
import { gateway } from "../../contract/InstancesContract.ts"
import * as MemoryOutput from "./logs/MemoryOutput.ts"

const RELEASE = { version: "0.2.0", rules_version: 1 }
const SECOND = Duration.seconds(1)

const { host: _host, id: _id, rules_version: _rules, started_at: _at, uptime_seconds: _up, version: _v, ...vitals } =
  gateway("g")

/** Reports into `store` while the test moves the clock; says what is logged at info and above. */
const reporting = <A>(
  store: Partial<Service>,
  look: Effect.Effect<InstanceReports.Vitals>,
  test: (end: Effect.Effect<void>) => Effect.Effect<A>
) =>
  Effect.gen(function*() {
    const { lines, output } = MemoryOutput.make()
    const instances: Service = {
      report: () => Effect.void,
      withdraw: () => Effect.void,
      list: Effect.succeed([]),
      ...store
    }
    const scope = yield* Scope.make()
    yield* Layer.buildWithScope(
      InstanceReports.layer(RELEASE, Effect.succeed(look)).pipe(
        Layer.provide(Layer.succeed(Instances, instances)),
        Layer.provide(Logs.layer({ service: "gateway", level: "Info", output }))
      ),
      scope
    )
    const end = Scope.close(scope, Exit.void)
    const result = yield* test(end)
    yield* end
    return { result, lines: lines().map((line) => JSON.parse(line)) }
  })

describe("InstanceReports", () => {
  it.effect("it says each second who it is and how, and is withdrawn after its last report", () =>
    Effect.gen(function*() {
      const said: Array<Instance | string> = []
      yield* reporting(
        {
          report: (instance) => Effect.sync(() => void said.push(instance)),
          withdraw: (id) => Effect.sync(() => void said.push(id))
        },
        Effect.succeed(vitals),
        () => Effect.andThen(TestClock.adjust(SECOND), TestClock.adjust(SECOND))
      )
      const [first, second, third, withdrawn, ...more] = said as ReadonlyArray<Instance>
      assert.deepStrictEqual(more, [])
      assert.deepInclude(first, {
        service: "gateway",
        version: "0.2.0",
        rules_version: 1,
        uptime_seconds: 0,
        streams: 2
      })
      assert.deepStrictEqual(
        [second?.uptime_seconds, third?.uptime_seconds, second?.id, third?.id],
        [1, 2, first?.id, first?.id]
      )
      assert.strictEqual(first?.started_at, "1970-01-01T00:00:00.000Z")
      assert.strictEqual(String(withdrawn), first?.id)
      // What it says is what the store may keep.
      Schema.encodeSync(InstanceText)(first!)
    }))

  it.effect("a store that is away gets the next report, and nothing is logged", () =>
    Effect.gen(function*() {
      let asked = 0
      const away = Effect.suspend(() => {
        asked++
        return Effect.fail(new StoreUnavailable({ detail: "away" }))
      })
      const { lines } = yield* reporting(
        { report: () => away, withdraw: () => away },
        Effect.succeed(vitals),
        () => TestClock.adjust(Duration.seconds(60))
      )
      assert.strictEqual(asked, 62)
      assert.deepStrictEqual(lines, [])
    }))

  it.effect("a store that is silent is asked once, and holds up the end for half a second at the most", () =>
    Effect.gen(function*() {
      let asked = 0
      const silent = Effect.suspend(() => {
        asked++
        return Effect.never
      })
      yield* reporting(
        { report: () => silent, withdraw: () => silent },
        Effect.succeed(vitals),
        (end) =>
          Effect.gen(function*() {
            yield* TestClock.adjust(Duration.seconds(60))
            assert.strictEqual(asked, 1)
            const ending = yield* Effect.forkChild(end)
            yield* TestClock.adjust(InstanceReports.WITHDRAW_TIMEOUT)
            yield* Fiber.join(ending)
            assert.strictEqual(asked, 2)
          })
      )
    }))

  it.effect("a bug in it has one line, and ends the reports", () =>
    Effect.gen(function*() {
      let looks = 0
      const broken = Effect.suspend(() => {
        looks++
        return Effect.die(new Error("a bug"))
      })
      const { lines } = yield* reporting({}, broken, () => TestClock.adjust(Duration.seconds(10)))
      assert.strictEqual(looks, 1)
      assert.deepStrictEqual(lines.map(({ event, level }) => [level, event]), [["ERROR", "internal_error"]])
    }))
})

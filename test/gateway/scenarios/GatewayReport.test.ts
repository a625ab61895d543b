/** What a gateway says of itself, by what happened to it. */
import { assert, layer } from "@effect/vitest"
import type { GatewayInstance } from "@flash-sale/domain/instances/Instance"
import { Instances } from "@flash-sale/domain/ports/Instances"
import { release } from "@flash-sale/infra/http/Release"
import { Effect, Fiber, Schedule } from "effect"
import { Faults } from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway
const TEST_TIMEOUT = 30_000

/** The report of the one gateway, as soon as it is as wanted. */
const untilReported = (isIt: (gateway: GatewayInstance) => boolean) =>
  Effect.gen(function*() {
    const { list } = yield* Instances
    const look = Effect.map(list, (reports) =>
      reports.flatMap(({ instance }) => instance.service === "gateway" ? [instance] : []))
    const [found] = yield* Effect.repeat(look, {
      schedule: Schedule.spaced("20 millis"),
      until: ([one]) =>
        one !== undefined && isIt(one)
    })
    return found!
  })

/** Repeats `work` until the other is over, and lets its last round end. */
const during = <A, E, R, R2>(work: Effect.Effect<unknown, never, R2>, other: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    let isOver = false
    const working = yield* Effect.forkChild(Effect.repeat(work, { until: () => isOver }))
    const result = yield* other
    isOver = true
    yield* Fiber.join(working)
    return result
  })

layer(TestGateway.layer(), { excludeTestServices: true, timeout: TEST_TIMEOUT })("The report of a gateway", (it) => {
  it.effect("it says who it is, what it takes and refuses, and what holds it up", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 1_000)
      const idle = yield* untilReported(({ partitions }) => partitions !== undefined)
      assert.deepInclude(idle, {
        version: release.version,
        rules_version: release.rules_version,
        breaker: "closed",
        stopping: false,
        received_per_second: 0,
        accepted_per_second: 0,
        refused_per_second: {},
        failed_per_second: {},
        in_flight: 0,
        streams: 0
      })
      let sent = 0
      const orders = Effect.gen(function*() {
        yield* gateway.send(order({ request_id: `r-${sent++}` }))
        yield* gateway.send(order({ request_id: `r-${sent++}`, amount: 0 }))
        yield* gateway.send(order({ request_id: `r-${sent++}`, item_id: "nothing" }))
        yield* gateway.send(order({ request_id: "r-0" }))
      })
      const busy = yield* during(
        orders,
        untilReported((one) => one.accepted_per_second > 0 && Object.keys(one.refused_per_second).length === 3)
      )
      assert.isAbove(busy.received_per_second, busy.accepted_per_second)
      assert.hasAllKeys(busy.refused_per_second, ["validation_failed", "unknown_item", "duplicate_request"])
      assert.deepStrictEqual(busy.failed_per_second, {})

      const faults = yield* Faults
      faults.log = "away"
      const failing = yield* during(
        orders,
        // A report covers a second, and the breaker opens within one.
        untilReported((one) =>
          one.breaker === "open" && (one.failed_per_second["breaker_open"] ?? 0) > 0 && one.accepted_per_second === 0
        )
      )
      assert.isAbove(failing.received_per_second, 0)
      faults.log = "fine"
      yield* untilReported((one) => one.breaker === "closed")
    }), TEST_TIMEOUT)
})

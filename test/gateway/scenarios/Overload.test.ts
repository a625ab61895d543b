/** More orders than the engine can serve: which are rejected at once, and which are not. */
import { assert, layer } from "@effect/vitest"
import { AtomicAdmission } from "@flash-sale/domain/ports/AtomicAdmission"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Duration, Effect, Fiber, Latch, Layer, Schedule } from "effect"
import { Faults } from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway

/** How long an answer that needs no read may take, in milliseconds. */
const AT_ONCE = 500
/** Less than a silent store is waited for, in milliseconds: an order that is answered within it did not wait. */
const ONE_TIMEOUT = 1_000

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.timed(effect)

/** Holds every append until a test lets it go, and counts those that came. */
class Gate extends Context.Service<Gate, { readonly latch: Latch.Latch; came: number }>()(
  "test/gateway/Overload/Gate"
) {}

const held = Layer.effect(
  OrderLog,
  Effect.gen(function*() {
    const log = yield* OrderLog
    const gate = yield* Gate
    return OrderLog.of({
      ...log,
      offer: (record, answered) => {
        gate.came++
        Effect.runCallback(Effect.andThen(gate.latch.await, log.append(record)), { onExit: answered })
      }
    })
  })
).pipe(
  Layer.merge(Layer.succeed(AtomicAdmission, undefined)),
  Layer.provideMerge(SqliteInfra.layerMemory),
  Layer.provideMerge(Layer.effect(Gate, Effect.map(Latch.make(false), (latch) => ({ latch, came: 0 }))))
)

layer(TestGateway.layerGateway({ maxInFlight: 3 }).pipe(Layer.provideMerge(held)), { excludeTestServices: true })(
  "Orders in flight",
  (it) => {
    it.effect("orders in flight are bounded: one more gets a 503 at once, and is accepted when there is room", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const gate = yield* Gate
        const buy = (n: number) => gateway.send(order({ request_id: `o-${n}`, user_id: `o-${n}` }))
        const waiting = yield* Effect.forEach([1, 2, 3], (n) => Effect.forkChild(buy(n)))
        yield* Effect.repeat(Effect.sync(() => gate.came), {
          schedule: Schedule.spaced("5 millis"),
          until: (came) => came === 3
        })
        const [took, turnedAway] = yield* timed(buy(4))
        assert.isBelow(Duration.toMillis(took), AT_ONCE)
        assert.strictEqual(turnedAway.status, 503)
        assert.strictEqual(turnedAway.body["code"], "overloaded")
        assert.strictEqual(turnedAway.body["retryable"], true)
        assert.strictEqual(turnedAway.headers.get("retry-after"), "1")
        yield* gate.latch.open
        for (const answer of yield* Fiber.joinAll(waiting)) assert.strictEqual(answer.status, 202)
        assert.strictEqual((yield* buy(4)).status, 202)
      }))
  }
)

layer(
  TestGateway.layerGateway({ maxQueueWait: Duration.seconds(2) }).pipe(Layer.provideMerge(SqliteInfra.layerMemory)),
  { excludeTestServices: true }
)("A backlog", (it) => {
  it.effect("a backlog that would take too long rejects orders at once, until it is shorter", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const log = yield* OrderLog
      const backlogs = yield* Backlogs
      const partition = home(ItemId.make("101"), yield* log.partitions)
      let n = 0
      const buy = Effect.suspend(() => gateway.send(order({ request_id: `q-${n++}`, user_id: `q-${n}` })))
      // No backlog is published: every order is accepted, and none has to wait.
      for (let i = 0; i < 6; i++) assert.strictEqual((yield* buy).body["estimated_wait_ms"], 0)
      yield* backlogs.publish(partition, { folded: 0, perSecond: 1, rules: 2 })
      const refused = yield* TestGateway.until(buy, ({ status }) => status === 503)
      assert.strictEqual(refused.body["code"], "overloaded")
      assert.strictEqual(refused.body["error"], "Service temporarily unavailable")
      const wait = Number(refused.headers.get("retry-after"))
      assert.isAtLeast(wait, 4)
      assert.strictEqual(refused.body["retry_after_seconds"], wait)
      // An item of another partition is not concerned.
      const other = yield* gateway.send(order({ request_id: "q-other", user_id: "q-other", item_id: "105" }))
      assert.notStrictEqual(home(ItemId.make("105"), yield* log.partitions), partition)
      assert.strictEqual(other.status, 202)
      yield* backlogs.publish(partition, { folded: n, perSecond: 1, rules: 2 })
      const taken = yield* TestGateway.until(buy, ({ status }) => status === 202)
      assert.strictEqual(taken.headers.get("location"), `/orders/q-${n - 1}`)
      yield* backlogs.publish(partition, { folded: 0, perSecond: 1_000_000, rules: 2 })
      yield* TestGateway.until(buy, ({ body }) => body["estimated_wait_ms"] === 0)
    }))
})

/** Charges that are not answered within the test. */
const slow = TestGateway.layerGateway({ maxQueueWait: Duration.seconds(1) }).pipe(
  Layer.provideMerge(TestGateway.processor(Duration.hours(1))),
  Layer.provideMerge(SqliteInfra.layerMemory)
)

layer(slow, { excludeTestServices: true })("Slow payments", (it) => {
  it.effect("slow payments reject no order: a fold does not wait for them", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const backlogs = yield* Backlogs
      const log = yield* OrderLog
      yield* TestGateway.stock("101", 100)
      const partition = home(ItemId.make("101"), yield* log.partitions)
      const buy = (n: number) => gateway.send(order({ request_id: `s-${n}`, user_id: `s-${n}` }))
      for (let n = 0; n < 20; n++) assert.strictEqual((yield* buy(n)).status, 202)
      yield* Effect.repeat(backlogs.read, {
        schedule: Schedule.spaced("10 millis"),
        until: (known) => (known.get(partition)?.folded ?? 0) > 20
      })
      yield* TestGateway.until(gateway.get("/items/101"), ({ body }) => body["held"] === 20)
      const next = yield* buy(20)
      assert.strictEqual(next.status, 202)
      assert.isBelow(Number(next.body["estimated_wait_ms"]), 1_000)
    }))
})

layer(TestGateway.layer(), { excludeTestServices: true })("A store that is silent", (it) => {
  it.effect("a silent store is waited for once: then orders go on without it, until it answers again", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      yield* TestGateway.stock("101", 100)
      const buy = (n: number) => gateway.send(order({ request_id: `t-${n}`, user_id: `t-${n}` }))
      faults.store = "silent"
      const [first, answer] = yield* timed(buy(1))
      assert.strictEqual(answer.status, 202)
      assert.isBelow(Duration.toMillis(first), 4_000)
      const [second, again] = yield* timed(buy(2))
      assert.strictEqual(again.status, 202)
      assert.isBelow(Duration.toMillis(second), ONE_TIMEOUT)
      faults.store = "fine"
      // Once it answers, claims are taken again: the same order is known.
      yield* TestGateway.until(gateway.get("/orders/t-2"), ({ body }) => body["status"] === "COMPLETED")
      yield* TestGateway.until(buy(2), ({ status }) => status === 409)
    }))
})

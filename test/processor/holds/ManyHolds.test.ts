/** Many holds at once: they end together, wait for room, and are found again by the next owner. */
import { assert, describe, it } from "@effect/vitest"
import { MAX_EXPIRIES } from "@flash-sale/domain/records/checkout/Checkout"
import { HoldLimits } from "@flash-sale/processor/holds/HoldLimits"
import { OpenOrderLimits } from "@flash-sale/processor/order/OpenOrderBudget"
import { Effect } from "effect"
import * as HoldWorld from "./HoldWorld.ts"

const { actionsOf, live, pass, samples, told, total, units } = HoldWorld

const opened = Effect.fnUntraced(function*(stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.start
  return { ...world, ...actionsOf(world) }
})

const names = (count: number) => Array.from({ length: count }, (_, n) => `r-${n}`)
const statuses = (ids: ReadonlyArray<string>) =>
  Effect.map(Effect.forEach(ids, told), (all) => [...new Set(all.map((one) => one?.status))])

describe("Many holds", () => {
  it.effect(
    "that end in the same second have their units back soon after it, in few records",
    () =>
      live(Effect.gen(function*() {
        const ids = names(5 * MAX_EXPIRIES)
        const world = yield* opened(ids.length)
        yield* Effect.forEach(ids, (id) => world.hold(id, { holdSeconds: 30 }), { concurrency: 500, discard: true })
        yield* pass("29 seconds")
        assert.strictEqual((yield* units()).held, ids.length)
        yield* pass("3 seconds")
        assert.deepStrictEqual(yield* units(), { available: ids.length, held: 0, sold: 0, stocked: ids.length })
        assert.deepStrictEqual(yield* statuses(ids), ["EXPIRED"])
        assert.isAtMost(world.expiries.length, 7)
      })),
    60_000
  )

  it.effect("for which there is no room in memory wait in the store, and expire when there is", () =>
    live(
      Effect.gen(function*() {
        const ids = names(40)
        const world = yield* opened(ids.length)
        yield* Effect.forEach(ids, (id) => world.hold(id, { holdSeconds: 20 }), { discard: true })
        yield* pass("2 seconds")
        assert.strictEqual(total(yield* samples, "processor_holds_open"), 8)
        yield* pass("90 seconds")
        assert.deepStrictEqual(yield* statuses(ids), ["EXPIRED"])
      }).pipe(Effect.provideService(HoldLimits, { holds: 8, refunds: 8 }))
    ), 60_000)

  it.effect("that are confirmed at once are paid one after the other where there is room for few", () =>
    live(
      Effect.gen(function*() {
        const ids = names(40)
        const world = yield* opened(ids.length)
        world.provider.charge = () => Effect.delay(Effect.succeed("paid"), "50 millis")
        yield* Effect.forEach(ids, (id) => world.hold(id), { discard: true })
        yield* pass("1 second")
        yield* Effect.forEach(ids, (id) => world.confirm(id), { discard: true })
        yield* pass("500 millis")
        yield* world.stop
        yield* world.start
        yield* pass("20 seconds")
        assert.deepStrictEqual(yield* statuses(ids), ["COMPLETED"])
        assert.strictEqual(new Set(world.provider.charged.map(({ key }) => key)).size, ids.length)
        assert.strictEqual((yield* units()).sold, ids.length)
        assert.strictEqual(total(yield* samples, "processor_partition_waiting_orders"), 0)
      }).pipe(Effect.provideService(OpenOrderLimits, { own: 5, shared: 0 }))
    ), 60_000)

  it.effect("go on with the next owner of their partition, each in its own time", () =>
    live(Effect.gen(function*() {
      const ids = names(1_200)
      const world = yield* opened(ids.length)
      yield* Effect.forEach(
        ids.entries(),
        ([n, id]) => world.hold(id, { holdSeconds: n < 600 ? 40 : 80 }),
        { concurrency: 500, discard: true }
      )
      yield* pass("2 seconds")
      yield* world.stop
      yield* world.start
      yield* pass("2 seconds")
      assert.strictEqual(total(yield* samples, "processor_holds_open"), ids.length)
      yield* pass("30 seconds")
      assert.strictEqual((yield* units()).held, 600)
      yield* pass("36 seconds")
      assert.strictEqual((yield* units()).held, 0)
      assert.strictEqual(total(yield* samples, "processor_holds_expired_total"), ids.length)
    })), 60_000)

  it.effect("are said to be over again where the log has lost what was said", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a", { holdSeconds: 5 })
      yield* pass("1 second")
      world.faults.lost = true
      yield* pass("20 seconds")
      assert.strictEqual((yield* told("a"))?.status, "RESERVED")
      assert.strictEqual(world.expiries.length, 1)
      world.faults.lost = false
      yield* pass("20 seconds")
      assert.strictEqual((yield* told("a"))?.status, "EXPIRED")
      assert.strictEqual(world.expiries.length, 2)
    })))
})

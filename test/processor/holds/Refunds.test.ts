/** A sale is given back once the provider has its charge voided, however long that takes; others wait for none. */
import { assert, describe, it } from "@effect/vitest"
import { PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import { HoldLimits } from "@flash-sale/processor/holds/HoldLimits"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as HoldWorld from "./HoldWorld.ts"

const { actionsOf, live, pass, samples, told, total, units } = HoldWorld

const opened = Effect.fnUntraced(function*(stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.start
  return { ...world, ...actionsOf(world) }
})

const silent = (key: string) => Effect.fail(new PaymentUnknown({ key, detail: "503" }))

describe("A refund", () => {
  it.effect("waits until the charge is voided, and is told meanwhile", () =>
    live(Effect.gen(function*() {
      const { buy, provider, refund } = yield* opened()
      yield* buy("a", { amount: 2 })
      yield* pass("1 second")
      provider.void = silent
      yield* refund("a")
      yield* pass("2 seconds")
      assert.deepStrictEqual(yield* told("a"), {
        status: "COMPLETED",
        attempt: 1,
        refund: "pending",
        correlationId: "c-a",
        fingerprint: "u-1:101:2"
      })
      assert.strictEqual(total(yield* samples, "processor_refunds_waiting"), 1)
      assert.strictEqual((yield* units()).sold, 2)
      yield* Effect.repeat(TestClock.adjust("5 seconds"), { times: 720 })
      assert.strictEqual((yield* told("a"))?.refund, "pending")
      provider.void = () => Effect.void
      yield* Effect.repeat(TestClock.adjust("1 second"), { times: 420 })
      assert.deepStrictEqual(yield* told("a"), {
        status: "REFUNDED",
        attempt: 1,
        correlationId: "c-a",
        fingerprint: "u-1:101:2"
      })
      assert.deepStrictEqual(provider.voided, ["101:a:1"])
      assert.deepStrictEqual(yield* units(), { available: 10, held: 0, sold: 0, stocked: 10 })
      assert.strictEqual(total(yield* samples, "processor_refunds_waiting"), 0)
      assert.strictEqual(total(yield* samples, "processor_orders_processed_total"), 1)
    })), 60_000)

  it.effect("of what the shop was paid, or by hand, is done at once", () =>
    live(Effect.gen(function*() {
      const { buy, hold, paid, provider, refund } = yield* opened()
      yield* hold("a")
      yield* paid("a", "pay-1")
      yield* refund("a", { restock: false })
      yield* buy("b")
      yield* pass("1 second")
      provider.void = silent
      yield* refund("b")
      yield* pass("1 second")
      yield* refund("b", { byHand: "cash" })
      yield* pass("1 second")
      assert.deepStrictEqual([(yield* told("a"))?.status, (yield* told("b"))?.status], ["REFUNDED", "REFUNDED"])
      assert.deepStrictEqual(yield* units(), { available: 9, held: 0, sold: 0, stocked: 9 })
      yield* pass("1 minute")
      assert.strictEqual(total(yield* samples, "processor_refunds_waiting"), 0)
    })))

  it.effect(
    "that the provider refuses for a day keeps no other from its own, nor an order from its void",
    () =>
      live(Effect.gen(function*() {
        const { buy, cancel, provider, refund } = yield* opened(300)
        const refused = Array.from({ length: 200 }, (_, n) => `r-${n}`)
        yield* Effect.forEach([...refused, "late"], (id) => buy(id))
        yield* pass("2 seconds")
        provider.void = (key) => key.startsWith("101:r-") ? silent(key) : Effect.void
        yield* Effect.forEach(refused, (id) => refund(id))
        yield* pass("1 minute")
        yield* refund("late")
        provider.charge = () => Effect.never
        yield* buy("other")
        yield* pass("1 second")
        yield* cancel("other")
        yield* pass("3 seconds")
        assert.deepStrictEqual([(yield* told("late"))?.status, (yield* told("other"))?.status], [
          "REFUNDED",
          "CANCELLED"
        ])
        assert.strictEqual(total(yield* samples, "processor_refunds_waiting"), refused.length)
      })),
    60_000
  )

  it.effect("is found again after a restart, and done once", () =>
    live(Effect.gen(function*() {
      const { buy, provider, refund, start, stop } = yield* opened()
      yield* buy("a")
      yield* pass("1 second")
      provider.void = silent
      yield* refund("a")
      yield* pass("1 second")
      yield* stop
      provider.void = () => Effect.void
      yield* start
      yield* pass("2 seconds")
      assert.strictEqual((yield* told("a"))?.status, "REFUNDED")
      assert.deepStrictEqual(provider.voided, ["101:a:1"])
    })))

  for (const what of ["refund", "void"] as const) {
    it.effect(`is told also where the processor is stopped before it could tell of the ${what}`, () =>
      live(Effect.gen(function*() {
        const { buy, faults, provider, refund, start, stop } = yield* opened()
        yield* buy("a")
        yield* pass("1 second")
        provider.void = silent
        if (what === "refund") faults.writes = true
        yield* refund("a")
        yield* pass("1 second")
        assert.strictEqual((yield* told("a"))?.refund, what === "refund" ? undefined : "pending")
        faults.writes = true
        provider.void = () => Effect.void
        yield* pass("10 seconds")
        assert.strictEqual((yield* units()).sold, 0)
        yield* stop
        faults.writes = false
        yield* start
        yield* pass("1 second")
        assert.deepStrictEqual(yield* told("a"), {
          status: "REFUNDED",
          attempt: 1,
          correlationId: what === "refund" ? "c-a" : "c-a",
          fingerprint: "u-1:101:1"
        })
      })))
  }

  it.effect(
    "for which there is no room in memory waits in the store, and is done when there is",
    () =>
      live(
        Effect.gen(function*() {
          const { buy, provider, refund } = yield* opened(50)
          const ids = Array.from({ length: 20 }, (_, n) => `r-${n}`)
          yield* Effect.forEach(ids, (id) => buy(id))
          yield* pass("1 second")
          provider.void = silent
          yield* Effect.forEach(ids, (id) => refund(id))
          yield* pass("3 seconds")
          assert.strictEqual(total(yield* samples, "processor_refunds_waiting"), 4)
          provider.void = () => Effect.void
          yield* pass("2 minutes")
          const all = yield* Effect.forEach(ids, told)
          assert.deepStrictEqual([...new Set(all.map((one) => one?.status))], ["REFUNDED"])
          assert.strictEqual(new Set(provider.voided).size, ids.length)
        }).pipe(Effect.provideService(HoldLimits, { holds: 4, refunds: 4 }))
      ),
    60_000
  )
})

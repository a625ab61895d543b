/** The metrics and log lines of holds and refunds, right to the number. */
import { assert, describe, it } from "@effect/vitest"
import { PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import { type OrderLine, OrderLines } from "@flash-sale/infra/observability/logs/OrderLines"
import { Effect } from "effect"
import * as Samples from "../../infra/observability/metrics/Samples.ts"
import * as SteppingClock from "../../infra/time/SteppingClock.ts"
import * as HoldWorld from "./HoldWorld.ts"

const { actionsOf, live, pass, samples, told, total } = HoldWorld

const opened = Effect.fnUntraced(function*(stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.start
  return { ...world, ...actionsOf(world) }
})

/** What has moved, but for what every record moves. */
const movedSince = (before: Samples.Samples) =>
  Effect.map(
    samples,
    (after) =>
      Samples.only(Samples.changes(before, after), (name) => !/batch|lag|inventory|mailbox|age_seconds/.test(name))
  )

const OPEN = "processor_holds_open"
const OVERDUE = "processor_holds_overdue_seconds"
const WAITING = "processor_refunds_waiting"

describe("The metrics of holds", () => {
  it.effect("count how each of them ended", () =>
    live(Effect.gen(function*() {
      const world = yield* opened(6)
      const before = yield* samples
      for (const id of ["a", "b", "c", "d"]) yield* world.hold(id, { holdSeconds: 30 })
      yield* world.hold("e", { amount: 9 })
      yield* pass("2 seconds")
      assert.strictEqual(total(yield* samples, OPEN), 4)
      assert.strictEqual((yield* samples).get("processor_order_processing_duration_seconds_count"), 5)
      yield* world.confirm("a")
      yield* world.paid("b", "pay-1")
      yield* world.cancel("c")
      yield* pass("40 seconds")
      assert.deepStrictEqual(yield* movedSince(before), {
        processor_orders_processed_total: 5,
        processor_orders_processed_success_total: 2,
        processor_orders_sold_out_total: 1,
        processor_holds_confirmed_total: 2,
        processor_holds_expired_total: 1,
        // A hold, until it is held; what is confirmed, from then on.
        processor_order_processing_duration_seconds_count: 7,
        processor_order_accepted_to_final_seconds_count: 3,
        "processor_payments_total{outcome=\"paid\"}": 1
      })
      assert.strictEqual(total(yield* samples, OPEN), 0)
    })))

  it.effect("show how long the most overdue one is over, by the orders' clock and not by the processor's", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      world.faults.expiries = true
      yield* world.hold("a", { holdSeconds: 10 })
      yield* world.hold("b", { holdSeconds: 20 })
      yield* pass("60 seconds")
      // Nobody knows of a later time.
      assert.strictEqual(total(yield* samples, OVERDUE), 0)
      yield* world.hold("c", { holdSeconds: 600 })
      yield* pass("2 seconds")
      const overdue = total(yield* samples, OVERDUE)
      assert.isAtLeast(overdue, 49.8)
      assert.isAtMost(overdue, 51)
      yield* SteppingClock.step(-3_600_000)
      yield* pass("2 seconds")
      assert.strictEqual(total(yield* samples, OVERDUE), overdue)
    })))

  it.effect("show refunds that wait, and count none that is done", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      for (const id of ["a", "b"]) yield* world.buy(id)
      yield* pass("2 seconds")
      const before = yield* samples
      world.provider.void = (key) => Effect.fail(new PaymentUnknown({ key, detail: "503" }))
      for (const id of ["a", "b"]) yield* world.refund(id)
      yield* pass("2 seconds")
      assert.strictEqual(total(yield* samples, WAITING), 2)
      world.provider.void = () => Effect.void
      yield* pass("10 seconds")
      assert.deepStrictEqual(yield* movedSince(before), { "processor_payments_total{outcome=\"voided\"}": 2 })
      assert.strictEqual(total(yield* samples, WAITING), 0)
    })))

  it.effect("of several partitions add up, and go away with them", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      const other = yield* HoldWorld.make(10, "102" as never)
      const third = yield* HoldWorld.make(10, "103" as never)
      yield* world.hold("a")
      yield* actionsOf(other, other.itemId).hold("b")
      yield* actionsOf(third, third.itemId).hold("c")
      yield* pass("2 seconds")
      const shown = yield* samples
      assert.strictEqual(total(shown, OPEN), 3)
      assert.isAbove([...shown.keys()].filter((name) => name.startsWith(OPEN)).length, 1)
      yield* world.stop
      const left = [...(yield* samples).keys()].filter((name) =>
        [OPEN, OVERDUE, WAITING].some((gauge) => name.startsWith(gauge))
      )
      assert.deepStrictEqual(left, [])
    })))

  it.effect("come with log lines like those of other orders", () => {
    const lines: Array<OrderLine> = []
    return live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a")
      yield* world.confirm("a")
      yield* world.hold("b", { holdSeconds: 5 })
      yield* pass("10 seconds")
      yield* world.refund("a")
      yield* pass("2 seconds")
      assert.strictEqual((yield* told("a"))?.status, "REFUNDED")
      assert.deepStrictEqual(
        lines.map(({ correlationId, event, requestId, status }) => [event, requestId, correlationId, status]),
        [
          ["order_held", "a", "c-a", "RESERVED"],
          ["order_confirmed", "a", "c-a", undefined],
          ["order_held", "b", "c-b", "RESERVED"],
          ["order_processed", "a", "c-a", "COMPLETED"],
          ["order_processed", "b", "c-b", "EXPIRED"],
          ["order_refunded", "a", "c-a", "REFUNDED"]
        ] as never
      )
      assert.isUndefined(lines[4]?.processingMillis)
    })).pipe(
      Effect.provideService(OrderLines, { isOn: () => true, write: (line) => void lines.push(line) })
    )
  })
})

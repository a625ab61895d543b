/** Money that came without an order to be for is never forgotten: the buyer sees it, and a person gets a letter. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as HoldWorld from "./HoldWorld.ts"

const { actionsOf, letters, live, pass, samples, told, total, units } = HoldWorld

const opened = Effect.fnUntraced(function*(stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.start
  return { ...world, ...actionsOf(world) }
})

const due = (...references: ReadonlyArray<string>) => references.map((reference) => ({ reference }))
/** The letters, each by its reference. */
const owed = Effect.map(
  letters,
  (all) =>
    all.map(({ error, requestId, value }) => `${error}: ${requestId} ${JSON.parse(value)["reference"]}`).toSorted()
)

describe("A payment", () => {
  it.effect("that comes when the hold has expired is due back, once", () =>
    live(Effect.gen(function*() {
      const { hold, paid, provider } = yield* opened()
      yield* hold("a", { amount: 2, holdSeconds: 5 })
      yield* pass("8 seconds")
      assert.strictEqual((yield* told("a"))?.status, "EXPIRED")
      yield* paid("a", "pay-1")
      yield* paid("a", "pay-1")
      yield* pass("2 seconds")
      assert.deepStrictEqual(yield* told("a"), {
        status: "EXPIRED",
        attempt: 1,
        refundDue: due("pay-1"),
        correlationId: "c-a",
        fingerprint: "u-1:101:2:hold"
      })
      assert.deepStrictEqual(yield* owed, ["Payment Without Order: a pay-1"])
      const [letter] = yield* letters
      assert.deepStrictEqual([letter?.userId, letter?.amount, letter?.attempt], ["u-1", 2, 1] as never)
      assert.strictEqual(total(yield* samples, "processor_refunds_due"), 1)
      assert.strictEqual(total(yield* samples, "processor_dlq_letters_total"), 1)
      assert.deepStrictEqual(provider.charged, [])
      assert.deepStrictEqual(yield* units(), { available: 10, held: 0, sold: 0, stocked: 10 })
    })))

  it.effect("that comes too late and before anybody said so is the expiry as well", () =>
    live(Effect.gen(function*() {
      const { faults, hold, paid } = yield* opened()
      yield* hold("a", { holdSeconds: 5 })
      faults.expiries = true
      yield* pass("8 seconds")
      assert.strictEqual((yield* told("a"))?.status, "RESERVED")
      yield* paid("a", "pay-1")
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "EXPIRED")
      assert.deepStrictEqual((yield* told("a"))?.refundDue, due("pay-1"))
      assert.deepStrictEqual(yield* owed, ["Payment Without Order: a pay-1"])
      assert.strictEqual(total(yield* samples, "processor_holds_expired_total"), 1)
      assert.strictEqual(total(yield* samples, "processor_holds_open"), 0)
    })))

  it.effect("beside another one, beside a charge, and of an order that needs none, is due back", () =>
    live(Effect.gen(function*() {
      const { buy, cancel, confirm, hold, paid, provider } = yield* opened()
      for (const id of ["a", "b", "d"]) yield* hold(id)
      yield* paid("a", "pay-1")
      yield* paid("a", "pay-2")
      yield* confirm("b")
      yield* paid("b", "pay-3")
      yield* buy("c")
      yield* paid("c", "pay-4")
      yield* cancel("d")
      yield* paid("d", "pay-5")
      yield* pass("2 seconds")
      const all = yield* Effect.forEach(["a", "b", "c", "d"], told)
      assert.deepStrictEqual(all.map((one) => [one?.status, one?.refundDue]), [
        ["COMPLETED", due("pay-2")],
        ["COMPLETED", due("pay-3")],
        ["COMPLETED", due("pay-4")],
        ["CANCELLED", due("pay-5")]
      ])
      assert.strictEqual((yield* owed).length, 4)
      assert.deepStrictEqual(provider.charged.map(({ key }) => key).toSorted(), ["101:b:1", "101:c:1"])
    })))

  it.effect("of an order that was turned away is told with it, and of one that nobody knows is a letter", () =>
    live(Effect.gen(function*() {
      const { hold, paid } = yield* opened(1)
      yield* hold("a", { amount: 2 })
      yield* paid("a", "pay-1")
      yield* paid("never", "pay-2")
      yield* pass("1 second")
      assert.deepStrictEqual(yield* told("a"), {
        status: "FAILED_SOLD_OUT",
        reason: "Sold Out",
        attempt: 1,
        refundDue: due("pay-1"),
        correlationId: "c-a",
        fingerprint: "u-1:101:2:hold"
      })
      yield* paid("a", "pay-3")
      yield* pass("1 second")
      assert.deepStrictEqual((yield* told("a"))?.refundDue, due("pay-1", "pay-3"))
      assert.isUndefined(yield* told("never"))
      assert.deepStrictEqual(yield* owed, [
        "Payment Without Order: a pay-1",
        "Payment Without Order: a pay-3",
        "Payment Without Order: never pay-2"
      ])
    })))

  it.effect("that came before its hold is told with it", () =>
    live(Effect.gen(function*() {
      const { hold, paid } = yield* opened()
      yield* paid("a", "pay-1")
      yield* hold("a")
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "RESERVED")
      assert.deepStrictEqual((yield* told("a"))?.refundDue, due("pay-1"))
    })))

  it.effect("of another buyer is due back to that one, and not shown to the order's", () =>
    live(Effect.gen(function*() {
      const { confirm, hold, paid, provider } = yield* opened()
      yield* hold("a")
      yield* paid("a", "pay-1", "u-2")
      yield* confirm("a", { userId: "u-2" })
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "RESERVED")
      assert.isUndefined((yield* told("a"))?.refundDue)
      assert.deepStrictEqual(yield* owed, ["Payment Without Order: a pay-1"])
      assert.deepStrictEqual([(yield* letters)[0]?.userId, provider.charged], [undefined, []])
      assert.strictEqual(total(yield* samples, "processor_request_ids_reused_total"), 2)
    })))
})

/** A hold is told at once, and ends once: confirmed, paid for, cancelled, or expired. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ChargeRejected, PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Effect } from "effect"
import * as HoldWorld from "./HoldWorld.ts"

const { actionsOf, letters, live, pass, told, units } = HoldWorld

/** Commits of the world's partitions are seen by what a fresh processor reads again. */
const opened = Effect.fnUntraced(function*(stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.start
  return { ...world, ...actionsOf(world) }
})

const expiresAt = (millis: number) => new Date(millis).toISOString()

describe("A hold", () => {
  it.effect("is told with its end at once, and expires by itself within a second of it", () =>
    live(Effect.gen(function*() {
      const { hold } = yield* opened()
      yield* hold("a", { amount: 3, holdSeconds: 20 })
      yield* pass("100 millis")
      assert.deepStrictEqual(yield* told("a"), {
        status: "RESERVED",
        attempt: 1,
        expiresAt: expiresAt(21_000),
        correlationId: "c-a",
        fingerprint: "u-1:101:3:hold"
      })
      assert.deepStrictEqual(yield* units(), { available: 7, held: 3, sold: 0, stocked: 10 })
      yield* pass("19800 millis")
      assert.strictEqual((yield* told("a"))?.status, "RESERVED")
      yield* pass("1100 millis")
      assert.deepStrictEqual(yield* told("a"), {
        status: "EXPIRED",
        attempt: 1,
        correlationId: "c-a",
        fingerprint: "u-1:101:3:hold"
      })
      assert.deepStrictEqual(yield* units(), { available: 10, held: 0, sold: 0, stocked: 10 })
      assert.deepStrictEqual(yield* letters, [])
    })))

  it.effect("is charged once it is confirmed: by the confirmation's token, for the ledger's buyer and units", () =>
    live(Effect.gen(function*() {
      const { append, confirm, hold, provider } = yield* opened()
      yield* append(Command.Sale({ patch: { price: 1_999, currency: "EUR" } }))
      yield* hold("a", { amount: 2, userId: "u-7" })
      yield* append(Command.Sale({ patch: { price: 1 } }))
      provider.charge = () => Effect.delay(Effect.succeed("paid"), "3 seconds")
      yield* confirm("a", { token: "tok-1" })
      yield* pass("500 millis")
      assert.deepStrictEqual(yield* told("a"), {
        status: "RESERVED",
        confirmed: true,
        attempt: 1,
        correlationId: "c-a",
        fingerprint: "u-7:101:2:hold"
      })
      yield* pass("4 seconds")
      assert.deepStrictEqual(yield* told("a"), {
        status: "COMPLETED",
        attempt: 1,
        correlationId: "c-a",
        fingerprint: "u-7:101:2:hold"
      })
      assert.deepStrictEqual(provider.charged, [{
        key: "101:a:1",
        itemId: HoldWorld.ITEM,
        requestId: RequestId.make("a"),
        userId: "u-7",
        attempt: 1,
        amount: 2,
        price: 1_999,
        currency: "EUR",
        paymentToken: "tok-1"
      }] as never)
      yield* pass("2 minutes")
      assert.strictEqual((yield* told("a"))?.status, "COMPLETED")
      assert.deepStrictEqual(yield* units(), { available: 8, held: 0, sold: 2, stocked: 10 })
    })))

  it.effect("is sold without a charge where the shop has taken the money", () =>
    live(Effect.gen(function*() {
      const { hold, paid, provider } = yield* opened()
      yield* hold("a")
      yield* paid("a", "pay-1")
      yield* paid("a", "pay-1")
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "COMPLETED")
      assert.isUndefined((yield* told("a"))?.refundDue)
      assert.deepStrictEqual([provider.charged, yield* letters], [[], []])
    })))

  it.effect("that is cancelled is released without the provider", () =>
    live(Effect.gen(function*() {
      const { cancel, hold, provider } = yield* opened()
      yield* hold("a")
      yield* cancel("a")
      yield* cancel("a")
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "CANCELLED")
      assert.strictEqual((yield* units()).available, 10)
      yield* pass("2 minutes")
      assert.strictEqual((yield* told("a"))?.status, "CANCELLED")
      assert.deepStrictEqual([provider.charged, provider.voided, yield* letters], [[], [], []])
    })))

  it.effect("that is confirmed and then cancelled is voided", () =>
    live(Effect.gen(function*() {
      const { cancel, confirm, hold, provider } = yield* opened()
      provider.charge = () => Effect.never
      yield* hold("a")
      yield* confirm("a")
      yield* pass("500 millis")
      yield* cancel("a")
      yield* pass("2 seconds")
      assert.strictEqual((yield* told("a"))?.status, "CANCELLED")
      assert.deepStrictEqual(provider.voided, ["101:a:1"])
      assert.deepStrictEqual(yield* units(), { available: 10, held: 0, sold: 0, stocked: 10 })
    })))

  it.effect("whose payment is declined is gone", () =>
    live(Effect.gen(function*() {
      const { confirm, hold, provider } = yield* opened()
      provider.charge = () => Effect.succeed("declined")
      yield* hold("a")
      yield* confirm("a")
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "FAILED_PAYMENT")
      assert.strictEqual((yield* units()).available, 10)
    })))

  it.effect("whose payment has no answer leaves the letter of its confirmation, and is bought by a next attempt", () =>
    live(Effect.gen(function*() {
      const { buy, confirm, hold, provider } = yield* opened()
      provider.charge = ({ key }) => Effect.fail(new PaymentUnknown({ key, detail: "silent" }))
      yield* hold("a", { amount: 2 })
      yield* confirm("a", { token: "tok-1" })
      yield* pass("30 seconds")
      assert.strictEqual((yield* told("a"))?.reason, "Payment Timeout")
      const [letter, ...others] = yield* letters
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual({ ...letter, value: JSON.parse(letter!.value) }, {
        amount: 2,
        attempt: 1,
        error: "Payment Timeout",
        requestId: "a",
        userId: "u-1",
        value: { request_id: "a", at: 1_000, payment_token: "tok-1" }
      } as never)
      provider.charge = () => Effect.succeed("paid")
      yield* buy("a", { amount: 2, attempt: 2, token: "tok-1" })
      yield* pass("1 second")
      assert.deepStrictEqual(yield* told("a"), {
        status: "COMPLETED",
        attempt: 2,
        correlationId: "b-a",
        fingerprint: "u-1:101:2:hold"
      })
      assert.strictEqual(provider.charged.at(-1)?.key, "101:a:2")
    })))

  it.effect("that the provider refuses is given up like any other order", () =>
    live(Effect.gen(function*() {
      const { confirm, hold, provider } = yield* opened()
      provider.charge = ({ key }) => Effect.fail(new ChargeRejected({ key, concerns: "charge", detail: "no" }))
      yield* hold("a")
      yield* confirm("a")
      yield* pass("5 seconds")
      assert.strictEqual((yield* told("a"))?.reason, "Payment Timeout")
      assert.deepStrictEqual(provider.voided, ["101:a:1"])
    })))

  it.effect("for which there are no units is turned away", () =>
    live(Effect.gen(function*() {
      const { hold } = yield* opened(1)
      yield* hold("a", { amount: 2 })
      yield* pass("500 millis")
      assert.deepStrictEqual(yield* told("a"), {
        status: "FAILED_SOLD_OUT",
        reason: "Sold Out",
        attempt: 1,
        correlationId: "c-a",
        fingerprint: "u-1:101:2:hold"
      })
    })))

  it.effect("stands where another order comes under its id, or the same hold again", () =>
    live(Effect.gen(function*() {
      const { buy, hold } = yield* opened()
      yield* hold("a", { holdSeconds: 30 })
      yield* buy("a")
      yield* hold("a", { holdSeconds: 10 })
      yield* hold("a", { amount: 5 })
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.expiresAt, expiresAt(31_000))
      assert.strictEqual((yield* told("a"))?.fingerprint, "u-1:101:1:hold")
      assert.strictEqual((yield* units()).held, 1)
    })))

  it.effect("that came too early for the item's rules is a dead letter, and holds nothing", () =>
    live(Effect.gen(function*() {
      const world = yield* HoldWorld.make(1, "101" as never)
      const other = actionsOf({ append: (command) => appendTo("202", command) }, "202" as never)
      yield* world.start
      yield* other.hold("a")
      yield* other.paid("b", "pay-1")
      yield* pass("1 second")
      assert.strictEqual((yield* told("a"))?.status, "FAILED")
      assert.deepStrictEqual((yield* letters).map(({ error, requestId }) => `${error}: ${requestId}`).toSorted(), [
        "Invalid Order Format: a",
        "Invalid Order Format: b"
      ])
      // The payment's order is another record's, of which nothing is known.
      assert.isUndefined(yield* told("b"))
    })))
})

const appendTo = (itemId: string, command: Parameters<typeof LogRecord.encode>[1]) =>
  Effect.flatMap(OrderLog, (log) => log.append(LogRecord.encode(itemId as never, command)))

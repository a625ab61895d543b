/**
 * What every payment provider promises, asked under keys of its own. A payment token that begins with
 * `decline` has to be declined, and every charge has to be answered.
 */
import { assert, layer } from "@effect/vitest"
import { type Charge, chargeKey, PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import { Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"

/** A new charge: request ids hold any characters, and so do keys. */
export const charge = (change: Partial<Charge> = {}): Charge => {
  const itemId = ItemId.make("101")
  const requestId = change.requestId ?? RequestId.make(`r/é ?#%2F..😀 ${randomUUID()}`)
  const attempt = change.attempt ?? 1
  return {
    key: chargeKey(itemId, requestId, attempt),
    itemId,
    requestId,
    userId: UserId.make("u-1"),
    attempt,
    amount: 2,
    price: 1_999,
    currency: "EUR",
    paymentToken: undefined,
    ...change
  }
}

const declined = () => charge({ paymentToken: PaymentToken.make("decline-it") })

export const suite = <E>(name: string, adapter: Layer.Layer<PaymentProvider, E>) =>
  layer(adapter, { excludeTestServices: true })(`PaymentProvider (${name})`, (it) => {
    it.effect("a key has one outcome, however often it is charged", () =>
      Effect.gen(function*() {
        const { charge: ask } = yield* PaymentProvider
        const [paid, refused] = [charge(), declined()]
        for (let times = 0; times < 3; times++) {
          assert.strictEqual(yield* ask(paid), "paid")
          assert.strictEqual(yield* ask(refused), "declined")
        }
        assert.deepStrictEqual(
          yield* Effect.all(Array.from({ length: 10 }, () => ask(paid)), { concurrency: "unbounded" }),
          Array.from({ length: 10 }, () => "paid")
        )
      }))

    it.effect("a charge may lack price, currency and token", () =>
      Effect.gen(function*() {
        const { charge: ask } = yield* PaymentProvider
        assert.strictEqual(yield* ask(charge({ price: undefined, currency: undefined })), "paid")
      }))

    it.effect("attempts of one request are charges of their own", () =>
      Effect.gen(function*() {
        const { charge: ask, lookUp } = yield* PaymentProvider
        const first = declined()
        const second = charge({ requestId: first.requestId, attempt: 2 })
        assert.strictEqual(yield* ask(first), "declined")
        assert.strictEqual(yield* lookUp(second.key), undefined)
        assert.strictEqual(yield* ask(second), "paid")
      }))

    it.effect("a look-up finds the outcome of a charge, and none of an unknown key", () =>
      Effect.gen(function*() {
        const { charge: ask, lookUp } = yield* PaymentProvider
        const [paid, refused, never] = [charge(), declined(), charge()]
        yield* ask(paid)
        yield* ask(refused)
        assert.strictEqual(yield* lookUp(paid.key), "paid")
        assert.strictEqual(yield* lookUp(refused.key), "declined")
        assert.strictEqual(yield* lookUp(never.key), undefined)
        assert.strictEqual(yield* lookUp(never.key), undefined)
      }))

    it.effect("an unknown key can be voided, and is never charged afterwards", () =>
      Effect.gen(function*() {
        const provider = yield* PaymentProvider
        const late = charge()
        yield* provider.void(late.key)
        assert.strictEqual(yield* provider.charge(late), "declined")
        assert.strictEqual(yield* provider.lookUp(late.key), "voided")
      }))

    it.effect("a voided charge is never paid again", () =>
      Effect.gen(function*() {
        const provider = yield* PaymentProvider
        const paid = charge()
        yield* provider.charge(paid)
        yield* provider.void(paid.key)
        assert.strictEqual(yield* provider.lookUp(paid.key), "voided")
        assert.strictEqual(yield* provider.charge(paid), "declined")
        assert.strictEqual(yield* provider.lookUp(paid.key), "voided")
      }))

    it.effect("a void can be repeated, also of a declined charge", () =>
      Effect.gen(function*() {
        const provider = yield* PaymentProvider
        const [paid, refused] = [charge(), declined()]
        yield* provider.charge(paid)
        yield* provider.charge(refused)
        for (const { key } of [paid, refused]) {
          yield* provider.void(key)
          yield* provider.void(key)
        }
        assert.strictEqual(yield* provider.charge(refused), "declined")
        assert.include(["declined", "voided"], yield* provider.lookUp(refused.key))
      }))
  })

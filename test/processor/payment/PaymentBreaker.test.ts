/** A provider that refuses us, or is busy, as the processor asks it. */
import { assert, describe, it } from "@effect/vitest"
import {
  type Charge,
  ChargeRejected,
  type ChargeResult,
  type PaymentError,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as PaymentBreaker from "@flash-sale/processor/payment/PaymentBreaker"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Clock, Effect, Fiber, Layer, Logger, Metric } from "effect"
import { TestClock } from "effect/testing"
import { charge } from "../../contract/PaymentProviderContract.ts"

const ORDERS = 50
const orders = Array.from({ length: ORDERS }, (_, n) => charge({ requestId: RequestId.make(`r-${n}`) }))

const notUs = ({ key }: Charge) => new ChargeRejected({ key, concerns: "us", detail: "401" })
const notThis = ({ key }: Charge) => new ChargeRejected({ key, concerns: "charge", detail: "400" })

/** A provider whose answer the test sets, and when it was asked. */
const makeProvider = () => {
  const it = {
    asked: [] as Array<number>,
    answer: (_: Charge): Effect.Effect<ChargeResult, PaymentError> => Effect.succeed("paid")
  }
  const layer = Layer.succeed(PaymentProvider, {
    charge: (one) =>
      Effect.gen(function*() {
        it.asked.push(yield* Clock.currentTimeMillis)
        return yield* it.answer(one)
      }),
    lookUp: () => Effect.succeed(undefined),
    void: () => Effect.void
  })
  return { it, layer }
}

/** Every order is charged at the same time. */
const chargeAll = (some: ReadonlyArray<Charge>) =>
  Effect.flatMap(PaymentProvider, (payments) =>
    Effect.forkChild(
      Effect.forEach(some, (one) => Effect.exit(payments.charge(one)), { concurrency: "unbounded" }),
      { startImmediately: true }
    ))

const patient = <A, E>(
  test: (provider: ReturnType<typeof makeProvider>["it"]) => Effect.Effect<
    A,
    E,
    PaymentProvider | ProcessorState.ProcessorState
  >
) =>
  Effect.suspend(() => {
    const { it, layer } = makeProvider()
    const built = PaymentBreaker.layer.pipe(Layer.provide(layer), Layer.provideMerge(ProcessorState.layer))
    return Effect.provide(test(it), built).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  })

const shown = Effect.all({
  held: Effect.map(ProcessorState.ProcessorState, (state) => state.paymentsHeld()),
  gauge: Effect.map(Metric.value(Metrics.paymentsHeldBack), ({ value }) => value)
})

describe("PaymentBreaker", () => {
  it.effect("charges are held back while the provider rejects us, and go on by themselves: a line each", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(message)}`)
    })
    return patient((provider) =>
      Effect.gen(function*() {
        provider.answer = (one) => Effect.fail(notUs(one))
        const charging = yield* chargeAll(orders)
        yield* TestClock.adjust("1 hour")
        assert.isUndefined(charging.pollUnsafe(), "no order fails for it")
        assert.deepStrictEqual(yield* shown, { held: ["401"], gauge: 1 })
        // All at first, as the breaker was closed; then one now and then: in an hour not more than four a minute.
        assert.isBelow(provider.asked.length, ORDERS + 20 + 60 * 6)
        assert.isAbove(provider.asked.length, ORDERS + 60 * 2)
        provider.answer = () => Effect.succeed("paid")
        yield* TestClock.adjust("30 seconds")
        const exits = yield* Fiber.join(charging)
        assert.deepStrictEqual(new Set(exits.map((exit) => exit._tag)), new Set(["Success"]))
        assert.deepStrictEqual(yield* shown, { held: [], gauge: 0 })
        assert.deepStrictEqual(lines, [
          "Error Payments are held back, and no order fails for it: 401",
          "Info Payments resumed"
        ])
      })
    ).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("a charge that is at fault is rejected at once, and holds up no other", () =>
    patient((provider) =>
      Effect.gen(function*() {
        const wrong = new Set(orders.filter((_, n) => n % 5 === 0).map(({ key }) => key))
        provider.answer = (one) => wrong.has(one.key) ? Effect.fail(notThis(one)) : Effect.succeed("paid")
        const exits = yield* Fiber.join(yield* chargeAll(orders))
        assert.strictEqual(exits.filter(({ _tag }) => _tag === "Failure").length, wrong.size)
        assert.strictEqual(provider.asked.length, ORDERS)
        assert.deepStrictEqual((yield* shown).held, [])
      })
    ))

  it.effect("charges are held back after a series of rejections; a single rejection among them stops no other", () =>
    patient((provider) =>
      Effect.gen(function*() {
        provider.answer = (one) => Effect.fail(notThis(one))
        const charging = yield* chargeAll(orders)
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual((yield* shown).held, ["400"])
        const wrong = orders[PaymentBreaker.REFUSED_IN_A_ROW]!.key
        provider.answer = (one) => one.key === wrong ? Effect.fail(notThis(one)) : Effect.succeed("paid")
        yield* TestClock.adjust("2 minutes")
        const exits = yield* Fiber.join(charging)
        // Those before it was clear that it is not them, and the one that is wrong.
        assert.strictEqual(
          exits.filter(({ _tag }) => _tag === "Failure").length,
          PaymentBreaker.REFUSED_IN_A_ROW - 1 + 1
        )
        assert.deepStrictEqual((yield* shown).held, [])
      })
    ))

  it.effect("the next charge probes the provider where the one that probes is interrupted", () =>
    patient((provider) =>
      Effect.gen(function*() {
        provider.answer = (one) => Effect.fail(notUs(one))
        const charging = yield* Effect.forEach(orders, (one) => chargeAll([one]))
        yield* TestClock.adjust("1 minute")
        yield* Effect.forEach(charging.slice(0, -1), Fiber.interrupt, { concurrency: "unbounded", discard: true })
        provider.answer = () => Effect.succeed("paid")
        yield* TestClock.adjust("1 minute")
        const [exit] = yield* Fiber.join(charging.at(-1)!)
        assert.strictEqual(exit?._tag, "Success")
      })
    ))

  it.effect("a busy provider is left alone for as long as it says, within a bound, and no order fails for it", () =>
    patient((provider) =>
      Effect.gen(function*() {
        const until = 20_000
        provider.answer = ({ key }) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            now < until
              ? Effect.fail(new PaymentUnknown({ key, detail: "429", retryAfterMillis: until - now }))
              : Effect.succeed("paid"))
        const charging = yield* chargeAll(orders)
        yield* TestClock.adjust("19 seconds")
        assert.isAtMost(provider.asked.at(-1)!, 0, "no charge is asked meanwhile")
        yield* TestClock.adjust("3 seconds")
        const exits = yield* Fiber.join(charging)
        assert.deepStrictEqual(new Set(exits.map((exit) => exit._tag)), new Set(["Success"]))

        provider.answer = ({ key }) =>
          Effect.fail(new PaymentUnknown({ key, detail: "429", retryAfterMillis: 1_000_000_000 }))
        const before = provider.asked.length
        const late = yield* chargeAll(orders.slice(0, 1))
        yield* TestClock.adjust("90 seconds")
        assert.strictEqual(provider.asked.length, before + 2, "a minute is enough")
        yield* TestClock.adjust("30 minutes")
        const [exit] = yield* Fiber.join(late)
        assert.strictEqual(exit?._tag, "Failure", "in the end it is unknown")
      })
    ))
})

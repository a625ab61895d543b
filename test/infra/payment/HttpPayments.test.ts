/** Each misbehaviour of a provider alone, and what the adapter makes of it. */
import { assert, layer } from "@effect/vitest"
import { type Charge, PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import * as HttpPayments from "@flash-sale/infra/payment/HttpPayments"
import { Cause, Duration, Effect, Exit, Fiber, Layer, Logger, Schedule, Tracer } from "effect"
import { inspect } from "node:util"
import { charge } from "../../contract/PaymentProviderContract.ts"
import type { Fault, Ledger } from "./Ledger.ts"
import * as ProviderProcess from "./ProviderProcess.ts"

const TIMEOUT = Duration.millis(400)

const provider = Layer.unwrap(
  Effect.map(ProviderProcess.Provider, ({ url }) => ProviderProcess.payments(url, TIMEOUT))
).pipe(Layer.provideMerge(Logger.layer([])), Layer.provideMerge(ProviderProcess.layer({ slowMillis: 640 })))

/** What a key's charge and its requests left at the provider. */
const left = (key: string) =>
  Effect.gen(function*() {
    const { conflicts, entries } = yield* (yield* ProviderProcess.Provider).ledger
    assert.deepStrictEqual(conflicts, [])
    const entry = entries[key]
    return entry === undefined ? "unseen" : `${entry.state}, charged ${entry.charges}, refunded ${entry.refunds}`
  })

/** Waits until the provider's ledger is as wanted. */
const until = (isIt: (ledger: Ledger) => boolean) =>
  Effect.flatMap(
    ProviderProcess.Provider,
    ({ ledger }) => Effect.repeat(ledger, { schedule: Schedule.spaced("10 millis"), until: isIt })
  )

const three = (fault: Fault): ReadonlyArray<Fault> => Array.from({ length: HttpPayments.ATTEMPTS }, () => fault)

/** Faults after which the same key is asked again: what a last one says, and whether the charge was carried out. */
const passing: ReadonlyArray<readonly [fault: Fault, says: RegExp, charged: boolean]> = [
  ["reset", /could not be reached, or closed/, false],
  ["done-reset", /could not be reached, or closed/, true],
  ["slow", /did not answer in time/, true],
  ["late", /did not answer in time/, true],
  ["silent", /did not answer in time/, true],
  ["headers-only", /did not answer in time/, true],
  ["cut", /answer broke off/, true],
  ["done-500", /answered 500/, true],
  ["garbage", /cannot be understood/, true],
  ["empty", /cannot be understood/, true],
  ["other-word", /cannot be understood/, true],
  ["other-key", /for another key/, false],
  ["too-long", /too long/, true],
  ["500", /answered 500/, false],
  ["503", /answered 503/, false],
  ["408", /answered 408/, false],
  ["409", /answered 409/, false],
  ["425", /answered 425/, false],
  ["429", /answered 429/, false]
]

/** Never to be taken for "declined", which is what their bodies say. */
const refusals: ReadonlyArray<Fault> = ["302", "307", "400", "401", "402", "403", "404", "405", "410", "422", "451"]
/** Those of them that find fault with one charge, and not with us. */
const ofTheCharge: ReadonlyArray<Fault> = ["400", "402", "410", "422", "451"]

layer(provider, { excludeTestServices: true })("HttpPayments: a provider that misbehaves", (it) => {
  for (const [fault, says, isCharged] of passing) {
    it.effect(`${fault}: is asked again under the same key, and then it is unknown`, () =>
      Effect.gen(function*() {
        const { script } = yield* ProviderProcess.Provider
        const payments = yield* PaymentProvider
        const [once, often] = [charge(), charge()]
        yield* script(once.key, fault)
        yield* script(often.key, ...three(fault))
        const [result, unknown] = yield* Effect.all([payments.charge(once), Effect.flip(payments.charge(often))], {
          concurrency: "unbounded"
        })
        assert.strictEqual(result, "paid")
        assert.strictEqual(yield* left(once.key), "paid, charged 1, refunded 0")
        assert.strictEqual(unknown._tag, "PaymentUnknown")
        assert.strictEqual(unknown.key, often.key)
        assert.match(unknown.detail, says)
        if (fault !== "late") {
          assert.strictEqual(yield* left(often.key), isCharged ? "paid, charged 1, refunded 0" : "unseen")
        }
        yield* payments.void(often.key)
        assert.match(yield* left(often.key), /^voided, charged (0, refunded 0|1, refunded 1)$/)
      }), { concurrent: true })
  }

  for (const status of refusals) {
    it.effect(`${status}: is refused after one request, and not declined`, () =>
      Effect.gen(function*() {
        const { script } = yield* ProviderProcess.Provider
        const payments = yield* PaymentProvider
        const refused = charge()
        yield* script(refused.key, status, status)
        const error = yield* Effect.flip(payments.charge(refused))
        assert.include(error.detail, `the payment provider refuse`)
        assert.include(error.detail, ` with ${status}`)
        assert.strictEqual(
          error._tag === "ChargeRejected" ? error.concerns : error._tag,
          ofTheCharge.includes(status) ? "charge" : "us"
        )
        assert.match((yield* Effect.flip(payments.void(refused.key))).detail, /refuse/)
        assert.strictEqual(yield* left(refused.key), "unseen")
        assert.strictEqual(yield* payments.charge(refused), "paid")
      }))
  }

  it.effect("busy: is left alone for as long as it says, and is not asked again here", () =>
    Effect.gen(function*() {
      const { ledger, script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const one = charge()
      yield* script(one.key, "busy", "busy")
      const { requests } = yield* ledger
      const error = yield* Effect.flip(payments.charge(one))
      assert.strictEqual(error._tag === "PaymentUnknown" ? error.retryAfterMillis : error._tag, 1_000)
      assert.strictEqual((yield* ledger).requests - requests, 1)
    }))

  for (const fault of ["silent", "done-500", "garbage", "done-reset", "other-key"] as const) {
    it.effect(`${fault} to a void: is not voided until the provider says so`, () =>
      Effect.gen(function*() {
        const { script } = yield* ProviderProcess.Provider
        const payments = yield* PaymentProvider
        const paid = charge()
        yield* payments.charge(paid)
        yield* script(paid.key, ...three(fault), fault)
        assert.strictEqual((yield* Effect.flip(payments.void(paid.key)))._tag, "PaymentUnknown")
        yield* payments.void(paid.key)
        assert.strictEqual(yield* left(paid.key), "voided, charged 1, refunded 1")
      }), { concurrent: true })
  }

  it.effect("a look-up that fails is unknown, and not a key never seen", () =>
    Effect.gen(function*() {
      const { script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const paid = charge()
      yield* payments.charge(paid)
      yield* script(paid.key, ...three("503"), "401", "garbage")
      assert.match((yield* Effect.flip(payments.lookUp(paid.key))).detail, /answered 503/)
      assert.match((yield* Effect.flip(payments.lookUp(paid.key))).detail, /refuses our requests with 401/)
      assert.strictEqual(yield* payments.lookUp(paid.key), "paid")
    }))

  it.effect("twice: the second answer is ignored", () =>
    Effect.gen(function*() {
      const { script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const charges = Array.from({ length: 40 }, () => charge())
      yield* Effect.forEach(charges, ({ key }) => script(key, "twice"), { concurrency: 10 })
      const results = yield* Effect.forEach(charges, payments.charge, { concurrency: 4 })
      assert.deepStrictEqual([...new Set(results)], ["paid"])
    }))

  it.effect("an answer that names no key is taken on trust", () =>
    Effect.gen(function*() {
      const { script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const one = charge()
      yield* script(one.key, "without-key", "without-key")
      assert.strictEqual(yield* payments.charge(one), "paid")
      assert.strictEqual(yield* payments.lookUp(one.key), "paid")
    }))

  it.effect("a charge that is carried out after the void takes nothing, and is no sale", () =>
    Effect.gen(function*() {
      const { ledger, script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const late = charge()
      yield* script(late.key, "late")
      const { deeds, requests } = yield* ledger
      const asking = yield* Effect.forkChild(payments.charge(late))
      yield* until((ledger) => ledger.requests > requests)
      yield* payments.void(late.key)
      assert.strictEqual(yield* Fiber.join(asking), "declined")
      // The late one's own deed, the void's, and that of asking again.
      yield* until((ledger) => ledger.deeds >= deeds + 3)
      assert.strictEqual(yield* left(late.key), "voided, charged 0, refunded 0")
    }))

  it.effect("an answer after the void changes nothing", () =>
    Effect.gen(function*() {
      const { ledger, script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const slow = charge()
      yield* script(slow.key, "slow")
      const { deeds } = yield* ledger
      const asking = yield* Effect.forkChild(payments.charge(slow))
      yield* until((ledger) => ledger.deeds > deeds)
      yield* payments.void(slow.key)
      assert.strictEqual(yield* Fiber.join(asking), "declined")
      assert.strictEqual(yield* left(slow.key), "voided, charged 1, refunded 1")
    }))

  it.effect("no answer in time: the request is aborted; so is that of an interrupted payment", () =>
    Effect.gen(function*() {
      const { ledger, script } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const [timed, interrupted] = [charge(), charge()]
      yield* script(timed.key, ...three("silent"))
      yield* script(interrupted.key, "silent")
      const before = yield* ledger
      yield* Effect.flip(payments.charge(timed))
      yield* until(({ aborted }) => aborted[timed.key] === HttpPayments.ATTEMPTS)
      const asking = yield* Effect.forkChild(payments.charge(interrupted))
      yield* until(({ requests }) => requests > before.requests + HttpPayments.ATTEMPTS)
      yield* Fiber.interrupt(asking)
      yield* until(({ aborted }) => aborted[interrupted.key] === 1)
    }))

  it.effect("connections are used again", () =>
    Effect.gen(function*() {
      const { ledger } = yield* ProviderProcess.Provider
      const payments = yield* PaymentProvider
      const before = yield* ledger
      yield* Effect.forEach(Array.from({ length: 50 }, () => charge()), payments.charge, { discard: true })
      // One for the charges, where none was left open; one for the ledger.
      assert.isAtMost((yield* ledger).connections - before.connections, 2)
    }))
})

layer(ProviderProcess.layer(), { excludeTestServices: true })("HttpPayments: a provider that rejects us", (it) => {
  const wrongKey = "sk_live_wrong-and-secret"
  const token = PaymentToken.make("tok_secret-of-the-buyer")

  /** Everything that an effect wrote, and its spans. */
  const overheard = <A, E, R>(effect: () => Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const heard: Array<string> = []
      const show = (value: unknown) => inspect(value, { depth: 12, showHidden: true })
      const logger = Logger.make(({ cause, logLevel, message }) => {
        heard.push(`${logLevel}: ${String(message)}`)
        heard.push(show([message, cause]))
      })
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          const end = span.end.bind(span)
          span.end = (at, exit) => {
            end(at, exit)
            const error = Exit.isFailure(exit) ? exit.cause.reasons.map((reason) => show(reason)) : []
            heard.push(show([span.name, [...span.attributes], span.events]), ...error)
            if (Exit.isFailure(exit)) heard.push(Cause.pretty(exit.cause))
          }
          return span
        }
      })
      return Effect.as(effect(), heard).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(Tracer.Tracer, tracer)
      )
    })

  const ask = (payments: PaymentProvider["Service"], one: Charge) =>
    Effect.flatMap(Effect.exit(payments.charge(one)), (exit) => Effect.log(inspect(exit, { depth: 12 })))

  it.effect("a rejected API key: neither key nor token is logged", () =>
    Effect.gen(function*() {
      const { ledger, url } = yield* ProviderProcess.Provider
      const one = charge({ paymentToken: token })
      const heard = yield* overheard(() =>
        Effect.flatMap(PaymentProvider, (payments) => ask(payments, one)).pipe(
          Effect.provide(ProviderProcess.payments(url, TIMEOUT, wrongKey))
        )
      )
      assert.isTrue(heard.some((line) => line.includes("url.full")), "spans are overheard")
      assert.isTrue(heard.some((line) => line.includes("refuses our requests with 401")))
      assert.deepStrictEqual((yield* ledger).entries, {})
      for (const line of heard) {
        assert.notInclude(line, wrongKey)
        assert.notInclude(line, token)
      }
    }))

  it.effect("neither key nor token is in an error, whatever fails", () =>
    Effect.gen(function*() {
      const { script, url } = yield* ProviderProcess.Provider
      const faults: ReadonlyArray<Fault> = [
        "reset",
        "cut",
        "garbage",
        "too-long",
        "500",
        "400",
        "silent",
        "none",
        "422"
      ]
      const heard = yield* overheard(() =>
        Effect.gen(function*() {
          const payments = yield* PaymentProvider
          yield* Effect.forEach(faults, (fault) => {
            const one = charge({ paymentToken: token })
            return Effect.andThen(script(one.key, ...three(fault)), ask(payments, one))
          }, { concurrency: 1, discard: true })
        }).pipe(Effect.provide(ProviderProcess.payments(url, TIMEOUT)))
      )
      for (const line of heard) {
        assert.notInclude(line, ProviderProcess.API_KEY)
        assert.notInclude(line, token)
      }
    }))

  it.effect("the adapter starts while the provider is away, and works when it comes", () =>
    Effect.gen(function*() {
      const { kill, start, url } = yield* ProviderProcess.make()
      yield* kill
      yield* Effect.gen(function*() {
        const payments = yield* PaymentProvider
        const one = charge()
        assert.match((yield* Effect.flip(payments.charge(one))).detail, /could not be reached/)
        assert.match((yield* Effect.flip(payments.void(one.key))).detail, /could not be reached/)
        yield* start
        assert.strictEqual(yield* payments.charge(one), "paid")
        yield* kill
        yield* start
        assert.strictEqual(yield* payments.charge(one), "paid")
        assert.strictEqual(yield* payments.lookUp(one.key), "paid")
      }).pipe(Effect.provide(ProviderProcess.payments(url, TIMEOUT)))
    }))
})

/**
 * The payment provider: one answer per key for ever. It may keep its answer to itself, and a request may be so slow
 * that it arrives when its sender has given up, or is dead.
 */
import {
  ChargeRejected,
  type ChargeResult,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, Fiber, Layer, Random } from "effect"
import * as Chance from "./Chance.ts"
import * as Process from "./Process.ts"
import type { Trace } from "./Trace.ts"

/** The longest that a slow request is under way: longer than any caller waits for it. */
const MAX_SLOW_MILLIS = 15_000

/** What happened to the money under one key. */
export interface Money {
  readonly verdict: ChargeResult | "voided"
  /** Units of money held under the key now. */
  readonly kept: number
}

/** A charge that was asked for. */
export interface Charged {
  readonly key: string
  /** When the process was started that asked for it, and when it asked, in milliseconds since the world began. */
  readonly by: number
  readonly at: number
}

export const make = (faults: Chance.Faults, trace: Trace) => {
  const money = new Map<string, Money>()
  const charged: Array<Charged> = []
  let underWay = 0
  let refusesVoids = false

  /** A request that cannot be taken back: it arrives, whatever becomes of its sender. */
  const send = <A>(arrived: Effect.Effect<A>): Effect.Effect<A> =>
    Effect.gen(function*() {
      yield* Chance.pause
      underWay++
      const isSlow = yield* Chance.happens(faults.paymentSlow)
      const millis = isSlow ? yield* Random.nextIntBetween(0, MAX_SLOW_MILLIS) : 0
      const request = yield* Effect.sleep(Duration.millis(millis)).pipe(
        Effect.andThen(arrived),
        Effect.ensuring(Effect.sync(() => underWay--)),
        Effect.provideService(Process.Process, Process.world),
        Effect.forkDetach
      )
      const answer = yield* Fiber.join(request)
      yield* Chance.pause
      return answer
    })

  const charge = Effect.fnUntraced(function*(key: string) {
    const { startedAt } = yield* Process.Process
    charged.push({ key, by: startedAt, at: yield* Monotonic.now })
    if (yield* Chance.happens(faults.paymentLost)) return yield* new PaymentUnknown({ key, detail: "lost" })
    const isDeclined = yield* Chance.happens(faults.paymentDeclined)
    const verdict = yield* send(Effect.gen(function*() {
      if (!money.has(key)) {
        money.set(key, isDeclined ? { verdict: "declined", kept: 0 } : { verdict: "paid", kept: 1 })
      }
      const { verdict } = money.get(key)!
      yield* trace.note(`charge ${key}: ${verdict}`)
      return verdict
    }))
    if (yield* Chance.happens(faults.paymentUnanswered)) return yield* new PaymentUnknown({ key, detail: "no answer" })
    return verdict === "paid" ? "paid" : "declined"
  })

  const voidKey = Effect.fnUntraced(function*(key: string) {
    if (refusesVoids) return yield* new ChargeRejected({ key, detail: "not now", concerns: "charge" })
    if (yield* Chance.happens(faults.paymentLost)) return yield* new PaymentUnknown({ key, detail: "lost" })
    yield* send(Effect.suspend(() => {
      money.set(key, { verdict: "voided", kept: 0 })
      return trace.note(`void ${key}`)
    }))
    if (yield* Chance.happens(faults.paymentUnanswered)) return yield* new PaymentUnknown({ key, detail: "no answer" })
  })

  return {
    money,
    /** Requests that will still arrive. */
    underWay: () => underWay,
    /** What is kept under a key. */
    kept: (key: string): number => money.get(key)?.kept ?? 0,
    /** It gives no money back for so long. */
    refuseVoids: (millis: number) =>
      Effect.gen(function*() {
        refusesVoids = true
        yield* trace.note("the provider gives no money back")
        yield* Effect.sleep(millis).pipe(
          Effect.andThen(Effect.sync(() => void (refusesVoids = false))),
          Effect.andThen(trace.note("the provider gives money back again")),
          Effect.forkDetach
        )
      }),
    /** Each charge that was asked for, as often as it was. */
    charged,
    layer: Layer.succeed(PaymentProvider, {
      charge: ({ key }) => charge(key),
      lookUp: () => Effect.die(new Error("the processor does not look up")),
      void: voidKey
    })
  }
}

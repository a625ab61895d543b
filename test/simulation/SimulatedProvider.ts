/** The payment provider: one answer per key for ever. It may keep its answer to itself. */
import { type ChargeResult, PaymentProvider, PaymentUnknown } from "@flash-sale/domain/PaymentProvider"
import { Effect, Layer } from "effect"
import * as Chance from "./Chance.ts"
import type { Trace } from "./Trace.ts"

/** What happened to the money under one key. */
export interface Money {
  readonly verdict: ChargeResult | "voided"
  /** Units of money held under the key now. */
  readonly kept: number
}

export const make = (faults: Chance.Faults, trace: Trace) => {
  const money = new Map<string, Money>()

  const charge = Effect.fnUntraced(function*(key: string) {
    yield* Chance.pause
    const isDeclined = yield* Chance.happens(faults.paymentDeclined)
    if (!money.has(key)) {
      money.set(key, isDeclined ? { verdict: "declined", kept: 0 } : { verdict: "paid", kept: 1 })
    }
    const { verdict } = money.get(key)!
    yield* trace.note(`charge ${key}: ${verdict}`)
    yield* Chance.pause
    if (yield* Chance.happens(faults.paymentUnanswered)) return yield* new PaymentUnknown({ key, detail: "no answer" })
    return verdict === "paid" ? "paid" : "declined"
  })

  const voidKey = Effect.fnUntraced(function*(key: string) {
    yield* Chance.pause
    money.set(key, { verdict: "voided", kept: 0 })
    yield* trace.note(`void ${key}`)
    yield* Chance.pause
    if (yield* Chance.happens(faults.paymentUnanswered)) return yield* new PaymentUnknown({ key, detail: "no answer" })
  })

  return {
    money,
    layer: Layer.succeed(PaymentProvider, {
      charge: ({ key }) => charge(key),
      lookUp: () => Effect.die(new Error("the processor does not look up")),
      void: voidKey
    })
  }
}

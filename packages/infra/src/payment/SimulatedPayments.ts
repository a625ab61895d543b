/**
 * A payment provider that takes no money: for trying the engine, and for its tests.
 *
 * **Details**: whether a charge ever gets an answer is decided by a hash of `request_id:attempt`, so that asking again
 * finds the same and a replayed order may fare better. A payment token that begins with `decline` is declined.
 */
import {
  type Charge,
  type ChargeResult,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import type { PaymentOutcome } from "@flash-sale/domain/records/Command"
import { murmur2 } from "@flash-sale/domain/records/Partition"
import { Duration, Effect, Layer } from "effect"
import { withoutStack } from "../resilience/WithoutStack.ts"

export interface SimulatedPaymentsOptions {
  /** The share of charges that time out, 0 to 1. */
  readonly failureRate: number
  /** How long each answer takes. */
  readonly latency: Duration.Duration
}

/** Keys that the simulator remembers at the least; it forgets what came before twice as many. */
const KEYS_REMEMBERED = 50_000
const BUCKETS = 10_000

const encoder = new TextEncoder()

const timesOut = (charge: Charge, rate: number): boolean =>
  rate > 0 &&
  ((murmur2(encoder.encode(`${charge.requestId}:${charge.attempt}`)) & 0x7fffffff) % BUCKETS) < rate * BUCKETS

const unknown = (key: string) => withoutStack(() => new PaymentUnknown({ key, detail: "simulated time-out" }))

/** The results of the last keys. Forgets half of them at once, as forgetting one by one would get slower and slower. */
const makeMemory = () => {
  let young = new Map<string, PaymentOutcome>()
  let old: ReadonlyMap<string, PaymentOutcome> = new Map()
  return {
    get: (key: string): PaymentOutcome | undefined => young.get(key) ?? old.get(key),
    set: (key: string, value: PaymentOutcome): void => {
      if (young.size >= KEYS_REMEMBERED) {
        old = young
        young = new Map()
      }
      young.set(key, value)
    }
  }
}

export const layer = ({ failureRate, latency }: SimulatedPaymentsOptions): Layer.Layer<PaymentProvider> =>
  Layer.sync(PaymentProvider, () => {
    const keys = makeMemory()
    const delayed = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Duration.isZero(latency) ? effect : Effect.delay(effect, latency)
    return {
      charge: (charge) =>
        delayed(
          Effect.suspend((): Effect.Effect<ChargeResult, PaymentUnknown> => {
            if (timesOut(charge, failureRate)) {
              return Effect.fail(unknown(charge.key))
            }
            const known = keys.get(charge.key)
            // A dead key keeps no money, whatever was answered before.
            if (known !== undefined) return Effect.succeed(known === "voided" ? "declined" : known)
            const result = charge.paymentToken?.startsWith("decline") === true ? "declined" : "paid"
            keys.set(charge.key, result)
            return Effect.succeed(result)
          })
        ),
      lookUp: (key) => Effect.sync(() => keys.get(key)),
      void: (key) => delayed(Effect.sync(() => keys.set(key, "voided")))
    }
  })

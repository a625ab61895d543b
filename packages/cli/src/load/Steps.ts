/** What a load run does and when: orders and holds, and what becomes of each hold. */
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { Order } from "@flash-sale/domain/records/Order"
import type { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import { Effect, Random } from "effect"
import type * as Plan from "./Plan.ts"
import type { Shares } from "./Shares.ts"

/** The share of those who confirm or pay that do it at about the end of their hold or behind it. */
const LATE = 0.1
/** When buyers act, in parts of the time that their units are held: from the first, within the second. */
const IN_TIME = [0.05, 0.7] as const
const TOO_LATE = [0.95, 0.4] as const

/** What is sent for an order, and again under the same ids where no answer came. */
export type Call =
  | { readonly _tag: "Buy" }
  | { readonly _tag: "Hold"; readonly holdSeconds: number }
  | { readonly _tag: "Confirm"; readonly paymentToken: PaymentToken | undefined }
  | { readonly _tag: "Paid"; readonly reference: PaymentReference }
  | { readonly _tag: "Cancel" }

/** A call about a hold: it is only made where the hold was accepted. */
export type Action = Exclude<Call, { readonly _tag: "Buy" | "Hold" }>
export const isAction = (call: Call): call is Action => call._tag !== "Buy" && call._tag !== "Hold"

/** A call with the moment, in milliseconds after the start, at which it is to be sent whatever the others do. */
export interface Step {
  readonly order: Order
  readonly call: Call
  readonly at: number
}

/** What a buyer does with a hold, by a number from 0 to 1; undefined where nothing: it expires. */
const actionOf = (drawn: number, { cancel, confirm, paid }: Shares, order: Order): Action | undefined => {
  if (drawn < confirm) return { _tag: "Confirm", paymentToken: order.paymentToken }
  if (drawn < confirm + paid) return { _tag: "Paid", reference: PaymentReference.make(`ref-${order.requestId}`) }
  return drawn < confirm + paid + cancel ? { _tag: "Cancel" } : undefined
}

/** Every call of a run, in the order of their sending. Drawn by the seed. */
export const make = Effect.fn("Steps.make")(function*(
  planned: ReadonlyArray<Plan.Planned>,
  shares: Shares,
  _seed: number
) {
  const random = yield* Random.Random
  const draw = (): number => random.nextDoubleUnsafe()
  const held = shares.holdSeconds * 1_000
  const steps = planned.flatMap(({ at, order }): ReadonlyArray<Step> => {
    if (draw() >= shares.holds) return [{ at, order, call: { _tag: "Buy" } }]
    const action = actionOf(draw(), shares, order)
    const isLate = draw() < LATE && action?._tag !== "Cancel"
    const [from, span] = isLate ? TOO_LATE : IN_TIME
    const after = held * (from + span * draw())
    const hold: Step = { at, order, call: { _tag: "Hold", holdSeconds: shares.holdSeconds } }
    return action === undefined ? [hold] : [hold, { at: at + after, order, call: action }]
  })
  // The sort is stable, so a hold comes before what is done with it.
  return steps.toSorted((a, b) => a.at - b.at)
}, (effect, _planned, _shares, seed) => Random.withSeed(effect, `steps of ${seed}`))

/**
 * How many requests to the payment provider a process has under way. Charges and voids have places of their own: while
 * charges are held back (decision 0010) they keep theirs, and voids must go on.
 */
import * as Slots from "@flash-sale/infra/actor/Slots"

/**
 * Charges under way in one process, from the request until the outcome is in the log; further ones wait in line. Each
 * is a fiber, also while the provider refuses us.
 */
export const MAX_PAYMENTS_IN_FLIGHT = 1_000
/**
 * Voids under way in one process, from the request until the outcome is in the log or the request has failed, with the
 * pause before a request that failed before. Each is a fiber. They are rare beside charges, so there are fewer.
 */
export const MAX_VOIDS_IN_FLIGHT = 200

export interface PaymentSlots {
  readonly charges: Slots.Slots
  readonly voids: Slots.Slots
}

/** `onChange` is called with the number of charges and voids under way. */
export const make = (
  { charges = MAX_PAYMENTS_IN_FLIGHT, onChange = () => {}, voids = MAX_VOIDS_IN_FLIGHT }: {
    readonly charges?: number
    readonly voids?: number
    readonly onChange?: (underWay: number) => void
  } = {}
): PaymentSlots => {
  const underWay = { charges: 0, voids: 0 }
  const slots = (kind: keyof PaymentSlots, places: number) =>
    Slots.make(places, {
      onChange: (taken) => {
        underWay[kind] = taken
        onChange(underWay.charges + underWay.voids)
      }
    })
  return { charges: slots("charges", charges), voids: slots("voids", voids) }
}

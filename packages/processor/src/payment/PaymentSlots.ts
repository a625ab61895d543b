/**
 * How many requests to the payment provider a process has under way. Charges and voids have slots of their own: while
 * charges are held back (decision 0010) they keep theirs, and voids must go on. So do refunds, which may be refused for
 * days, and keep no units from anybody.
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
/** Refunds under way in one process, from the request until the outcome is in the log or the request has failed. */
export const MAX_REFUNDS_IN_FLIGHT = 50

export interface PaymentSlots {
  readonly charges: Slots.Slots
  readonly voids: Slots.Slots
  readonly refunds: Slots.Slots
  /** A charge had no answer, and is asked for again, in its slot, until the result is called. */
  readonly askAgain: () => Slots.Release
}

export interface UnderWay {
  /** Charges, voids and refunds. */
  readonly inFlight: number
  /** Those of them of which nobody knows whether the money was taken: charges without an answer, and voids. */
  readonly inDoubt: number
}

/** How many may be under way, where they are not as many as a process has. */
interface Counts {
  readonly charges?: number
  readonly voids?: number
  readonly refunds?: number
}

/** `onChange` is called with what is under way, at each change. */
export const make = (
  {
    charges = MAX_PAYMENTS_IN_FLIGHT,
    onChange = () => {},
    refunds = MAX_REFUNDS_IN_FLIGHT,
    voids = MAX_VOIDS_IN_FLIGHT
  }:
    & Counts
    & { readonly onChange?: (underWay: UnderWay) => void } = {}
): PaymentSlots => {
  const now = { charges: 0, voids: 0, refunds: 0, again: 0 }
  const set = (kind: keyof typeof now, count: number): void => {
    now[kind] = count
    onChange({ inFlight: now.charges + now.voids + now.refunds, inDoubt: now.again + now.voids })
  }
  const slots = (kind: keyof Counts, count: number) => Slots.make(count, { onChange: (taken) => set(kind, taken) })
  const askAgain = (): Slots.Release => {
    let isOver = false
    set("again", now.again + 1)
    return () => {
      if (!isOver) set("again", now.again - 1)
      isOver = true
    }
  }
  return {
    charges: slots("charges", charges),
    voids: slots("voids", voids),
    refunds: slots("refunds", refunds),
    askAgain
  }
}

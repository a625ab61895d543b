/** How the orders of a run are mixed: which are holds, and what their buyers do with them. */

export interface Shares {
  /** Of all orders, those that are holds. */
  readonly holds: number
  /** Of the holds, those that are to be charged for. */
  readonly confirm: number
  /** Of the holds, those for which the shop has taken the money itself. */
  readonly paid: number
  /** Of the holds, those that are cancelled. The rest expires. */
  readonly cancel: number
  /** How long units are held, in seconds. */
  readonly holdSeconds: number
}

/** A run in which everybody orders and pays in one go. */
export const none: Shares = { holds: 0, confirm: 0, paid: 0, cancel: 0, holdSeconds: 1 }

/** Shares that are typed with a few digits add up to a little more than they should. */
const ROUNDING = 1e-9

/** What is wrong with the shares, in words; undefined where nothing is. Each is from 0 to 1. */
export const problem = ({ cancel, confirm, holds, paid }: Shares): string | undefined => {
  const sum = confirm + paid + cancel
  if (sum > 1 + ROUNDING) {
    return `--confirm, --paid and --cancel are shares of the holds: together ${Number(sum.toFixed(6))}, more than 1`
  }
  if (sum > 0 && holds === 0) return "--confirm, --paid and --cancel are shares of the holds: --holds is missing"
  return undefined
}

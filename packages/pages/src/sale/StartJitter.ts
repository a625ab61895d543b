/** How orders at the opening of a sale are spread, so that all who wait for it do not arrive at once. Pure. */

/** How long after the opening orders are spread, in milliseconds. */
export const WINDOW = 2_000
/** The longest that an order waits, in milliseconds. */
export const MOST = 400

/** How long an order that is pressed now waits before it is sent, in milliseconds. `chance` is from 0 to 1. */
export const jitter = (opensAt: number | undefined, now: number, chance: number): number =>
  opensAt !== undefined && now >= opensAt && now < opensAt + WINDOW ? Math.floor(chance * MOST) : 0

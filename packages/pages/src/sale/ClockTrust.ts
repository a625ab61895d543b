/**
 * Whether the clock that counts down may be believed. It is one that nobody sets, but some machines stop it while they
 * sleep; the reader's own goes on then, and others set that. Where the two have come apart the engine is to be asked.
 */

/** Both clocks, in milliseconds. */
export interface Clocks {
  readonly elapsed: () => number
  readonly wall: () => number
}

export const browserClocks: Clocks = { elapsed: () => performance.now(), wall: () => new Date().getTime() }

/** How far they may be apart, in milliseconds. */
const MOST_APART = 1_000
/** How long the engine's time is believed at the most, in milliseconds: a quartz is off by a tenth of a second then. */
const KEPT_FOR = 15 * 60_000

export class ClockTrust {
  readonly #clocks: Clocks
  #from: number
  #apart: number

  /** Begins before the engine is asked: what it says may be read after a sleep. */
  constructor(clocks: Clocks) {
    this.#clocks = clocks
    this.#from = clocks.elapsed()
    this.#apart = clocks.wall() - this.#from
  }

  get isLost(): boolean {
    const elapsed = this.#clocks.elapsed()
    return Math.abs(this.#clocks.wall() - elapsed - this.#apart) > MOST_APART || elapsed - this.#from > KEPT_FOR
  }
}

/**
 * Whether the engine answers, as all calls of the console have it together: whoever waits to ask again hears at once
 * when it answers one of them.
 */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { chance, pause } from "../../sale/Timers.ts"

/** How long after a failure it is asked again, in milliseconds. */
export const AGAIN = 2_500
/** By how much of it the wait is shorter or longer by chance, so that windows do not ask together. */
const SPREAD = 0.2

/** By chance around this time, in milliseconds. `drawn` is from 0 up to 1. */
export const spread = (millis: number, drawn: number = chance()): number => millis * (1 - SPREAD + 2 * SPREAD * drawn)

export class Reachability {
  #isAway = false
  readonly #listeners = new Set<() => void>()

  /** Is called whenever the engine answers after it did not. What is returned ends that. */
  onBack(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** It has answered, whatever that was. */
  answered(): void {
    if (this.#isAway) this.askNow()
  }

  /** A call has failed: where no answer came at all it is away. */
  failed(error: unknown): void {
    if (error instanceof FlashSaleError && error.status === undefined) this.#isAway = true
  }

  /** Whoever waits to ask again asks now. */
  askNow(): void {
    this.#isAway = false
    for (const listener of [...this.#listeners]) listener()
  }

  /** Waits so long, or until it answers again, or the signal is aborted. Does not fail. */
  async wait(millis: number, signal: AbortSignal): Promise<void> {
    const waking = new AbortController()
    const forget = this.onBack(() => waking.abort())
    await pause(millis, AbortSignal.any([signal, waking.signal]))
    forget()
  }
}

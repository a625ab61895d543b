/** How many things `doctor` finds wrong, for the navigation: looked at once the console is open, and now and then. */
import { pauseShown } from "../../sale/Shown.ts"
import type { DoctorReport } from "../calls/AccountWire.ts"
import type { AdminCalls } from "../calls/AdminCalls.ts"

/** After the first page is there, in milliseconds. */
const FIRST_AFTER = 3_000
/** How long after one look the next is taken, in milliseconds: it is work for the gateway, and little changes. */
const EVERY = 300_000
/** How long a look may take, in milliseconds: longer than the engine gives it. */
export const LOOK_MILLIS = 100_000

type Sums = Pick<DoctorReport, "sums">

export class DoctorWatch {
  readonly #calls: AdminCalls
  readonly #onChange: () => void
  readonly #ending = new AbortController()
  #sums: DoctorReport["sums"] | undefined

  constructor(calls: AdminCalls, onChange: () => void) {
    this.#calls = calls
    this.#onChange = onChange
  }

  /** How many are wrong, or warnings; undefined before anybody has looked, or where nobody could. */
  get sums(): DoctorReport["sums"] | undefined {
    return this.#sums
  }

  begin(): void {
    void this.#follow(this.#ending.signal)
  }

  end(): void {
    this.#ending.abort()
  }

  /** Somebody has looked. */
  see(report: Sums | undefined): void {
    if (this.#ending.signal.aborted) return
    this.#sums = report?.sums
    this.#onChange()
  }

  async #follow(signal: AbortSignal): Promise<void> {
    await pauseShown(document, FIRST_AFTER, signal)
    while (!signal.aborted) {
      // Where it cannot be had nothing is said of it: its page says why.
      this.see(await this.#calls.get<Sums>("/doctor", signal, {}, LOOK_MILLIS).catch(() => undefined))
      await pauseShown(document, EVERY, signal)
    }
  }
}

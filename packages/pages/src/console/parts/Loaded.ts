/** What a page has asked the engine for: nothing yet, an answer, a refusal, or an answer that may be old. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { pauseShown } from "../../sale/Shown.ts"
import { AGAIN, spread } from "../calls/Reachability.ts"
import { now } from "../words/Moments.ts"

/** How much later than it was due an answer may come before the one of before counts as old, in milliseconds. */
const LATE = 5_000

const isRetryable = (error: unknown): boolean => (error as { readonly retryable?: unknown }).retryable === true

/** What there is to wait for. */
export interface Asked {
  /** Undefined where it was answered. */
  readonly error: unknown
  /** Whether there is an answer of before. */
  readonly hasValue: boolean
  /** How long after an answer it is asked again; undefined where it never is. */
  readonly every: number | undefined
}

/**
 * In how many milliseconds it is asked again; undefined where it is not. What is looked at again and again goes on
 * after any refusal, as what is shown would grow old for ever.
 */
export const waitOf = ({ error, every, hasValue }: Asked): number | undefined => {
  if (error === undefined) return every
  return isRetryable(error) || (hasValue && every !== undefined) ? AGAIN : undefined
}

export class Loaded<A> implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #ask: (signal: AbortSignal) => Promise<A>
  readonly #every: number | undefined
  #asking = new AbortController()
  #value: A | undefined
  #error: unknown
  #at: number | undefined
  #isOld = false

  /** `every` is how long after an answer it is asked again, in milliseconds; never where it is undefined. */
  constructor(host: ReactiveControllerHost, ask: (signal: AbortSignal) => Promise<A>, every?: number) {
    this.#host = host
    this.#ask = ask
    this.#every = every
    host.addController(this)
  }

  get value(): A | undefined {
    return this.#value
  }

  /** Why the last question was not answered; undefined where it was. */
  get error(): unknown {
    return this.#error
  }

  /** When the value was answered, in milliseconds since 1970. */
  get at(): number | undefined {
    return this.#at
  }

  /** Whether nobody has asked for so long that the value may not count any more: until the next answer. */
  get isOld(): boolean {
    return this.#isOld
  }

  hostConnected(): void {
    this.reload()
  }

  hostDisconnected(): void {
    this.#asking.abort()
  }

  /** Asks again at once, and shows what there is meanwhile. */
  reload(): void {
    this.#asking.abort()
    this.#asking = new AbortController()
    void this.#go(this.#asking.signal)
  }

  /** The engine answers again: what it has not answered is asked at once. */
  engineIsBack(): void {
    if (this.#error !== undefined) this.reload()
  }

  /** Another question: what was answered before does not count any more. */
  restart(): void {
    this.#value = undefined
    this.#error = undefined
    this.reload()
    this.#host.requestUpdate()
  }

  /** Where it was to be asked again after so many milliseconds, and the page was hidden or the machine asleep. */
  #age(wait: number): void {
    if (this.#at === undefined || now() - this.#at <= wait + LATE) return
    this.#isOld = true
    this.#host.requestUpdate()
  }

  async #go(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const value = await this.#ask(signal)
        if (signal.aborted) return
        this.#value = value
        this.#error = undefined
        this.#isOld = false
        this.#at = now()
      } catch (error) {
        if (signal.aborted) return
        this.#error = error
      }
      this.#host.requestUpdate()
      const wait = waitOf({ error: this.#error, every: this.#every, hasValue: this.#value !== undefined })
      if (wait === undefined) return
      await pauseShown(document, this.#error === undefined ? wait : spread(wait), signal)
      this.#age(wait)
    }
  }
}

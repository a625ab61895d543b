/** What a page has asked the engine for: nothing yet, an answer, a refusal, or an answer that may be old. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { untilShown } from "../../sale/Shown.ts"
import { pause } from "../../sale/Timers.ts"
import { now } from "../words/Moments.ts"

/** How long after a refusal it is asked again, in milliseconds. */
const AGAIN = 5_000

const isRetryable = (error: unknown): boolean => (error as { readonly retryable?: unknown }).retryable === true

export class Loaded<A> implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #ask: (signal: AbortSignal) => Promise<A>
  readonly #every: number | undefined
  #asking = new AbortController()
  #value: A | undefined
  #error: unknown
  #at: number | undefined

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

  /** Another question: what was answered before does not count any more. */
  restart(): void {
    this.#value = undefined
    this.#error = undefined
    this.reload()
    this.#host.requestUpdate()
  }

  async #go(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const value = await this.#ask(signal)
        if (signal.aborted) return
        this.#value = value
        this.#error = undefined
        this.#at = now()
      } catch (error) {
        if (signal.aborted) return
        this.#error = error
      }
      this.#host.requestUpdate()
      const wait = this.#error === undefined ? this.#every : isRetryable(this.#error) ? AGAIN : undefined
      if (wait === undefined) return
      await pause(wait, signal)
      await untilShown(document, signal)
    }
  }
}

/** Who has the console open: the key, whom it belongs to, and what the pages work with then. */
import type { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { windowStorage } from "../order/OrderMemory.ts"
import { AdminCalls } from "./calls/AdminCalls.ts"
import { consoleKey, isKeyLike, isRejection, keyIn, NO_KEY } from "./calls/ConsoleKey.ts"
import { may, type Operator } from "./calls/Operator.ts"
import { DoctorWatch } from "./live/DoctorWatch.ts"
import { OverviewFeed } from "./live/OverviewFeed.ts"
import type { ConsoleContext } from "./parts/ConsoleContext.ts"

/** Where the key that asks is told whose it is. */
const ME = "/me"

export interface ConsoleSessionOptions {
  readonly ask: ConsoleContext["ask"]
  /** Says something once. */
  readonly tell: (words: string) => void
  readonly onChange: () => void
  /** The engine answers, after it did not. */
  readonly onBack: () => void
}

export class ConsoleSession {
  readonly #options: ConsoleSessionOptions
  readonly #key = consoleKey(windowStorage())
  #ending = new AbortController()
  #context: ConsoleContext | undefined
  #problem: unknown
  #isAsking = false

  constructor(options: ConsoleSessionOptions) {
    this.#options = options
  }

  /** Undefined while nobody is let in. */
  get context(): ConsoleContext | undefined {
    return this.#context
  }

  /** Why a key lets nobody in; undefined where it does, or where there is none. */
  get problem(): unknown {
    return this.#problem
  }

  get isAsking(): boolean {
    return this.#isAsking
  }

  /** Whether there is a key that may be tried again. */
  get hasKey(): boolean {
    return this.#key.read() !== undefined
  }

  /** With the key of the address, which is taken out of it before anything else; else with the one of before. */
  begin(): void {
    const found = keyIn(location.hash)
    if (found !== undefined) {
      // Also what is no key: part of one may be in it.
      history.replaceState(null, "", "#/")
      void this.#follow(found.key)
    } else if (this.#context === undefined && !this.#isAsking) this.again()
  }

  /** A link must not take away the key that is kept, unless its own one counts. */
  async #follow(key: string | undefined): Promise<void> {
    const kept = this.#key.read() ?? key
    if (kept === undefined) return this.#change(() => this.#problem = NO_KEY)
    if (kept === key) {
      this.#key.keep(key)
      return this.enter(key)
    }
    if (key !== undefined && isKeyLike(key)) {
      await this.enter(key)
      if (!isRejection(this.#problem)) return
    }
    this.#options.tell("The key in the address is not valid. The one of before is kept.")
    if (this.#context === undefined) await this.enter(kept)
  }

  again(): void {
    const key = this.#key.read()
    if (key !== undefined) void this.enter(key)
  }

  async enter(key: string): Promise<void> {
    this.end()
    const { signal } = this.#ending
    this.#change(() => {
      this.#isAsking = true
      this.#problem = undefined
    })
    try {
      const onRejected = (error: FlashSaleError) => this.#reject(key, error, signal)
      const calls = new AdminCalls({ origin: location.origin, key, onRejected })
      const operator = await calls.get<Operator>(ME, signal)
      this.#key.keep(key)
      this.#open(calls, operator)
    } catch (error) {
      // A text that cannot be sent is no key.
      if (error instanceof TypeError) this.#forget(key)
      if (!signal.aborted) this.#problem = error instanceof TypeError ? NO_KEY : error
    }
    if (!signal.aborted) this.#change(() => this.#isAsking = false)
  }

  /** Forgets the key. */
  leave(): void {
    this.#key.forget()
    this.#problem = undefined
    this.end()
  }

  /** Ends what goes on; the key is kept. */
  end(): void {
    this.#ending.abort()
    this.#ending = new AbortController()
    this.#context?.feed.end()
    this.#context?.doctor.end()
    this.#change(() => {
      this.#context = undefined
      this.#isAsking = false
    })
  }

  #open(calls: AdminCalls, operator: Operator): void {
    const feed = new OverviewFeed(calls)
    calls.reach.onBack(this.#options.onBack)
    feed.listen(this.#options.onChange)
    const doctor = new DoctorWatch(calls, this.#options.onChange)
    if (may(operator, "read")) { for (const told of [feed, doctor]) told.begin() }
    this.#change(() => this.#context = { calls, operator, feed, doctor, ask: this.#options.ask })
  }

  #reject(key: string, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#forget(key)
    this.end()
    this.#change(() => this.#problem = error)
  }

  /** Where it is the one that is kept. */
  #forget(key: string): void {
    if (this.#key.read() === key) this.#key.forget()
  }

  #change(take: () => void): void {
    take()
    this.#options.onChange()
  }
}

/** The overview as the engine tells it each second, over every outage, for all pages of the console. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { readObject } from "@flash-sale/client/wire/Json.ts"
import { after, pause } from "../../sale/Timers.ts"
import type { AdminCalls } from "../calls/AdminCalls.ts"
import type { Overview, OverviewHistory } from "../calls/Wire.ts"
import { now } from "../words/Moments.ts"
import { NONE, remembered, type Samples, seen } from "./Samples.ts"

const PATH = "/overview/events"
const HISTORY = "/overview/history"
/** How long the stream may be silent before what it has told counts as old, in milliseconds. */
const STALE_AFTER = 4_000
/** When it is asked for again after it was refused, in milliseconds. */
const AGAIN = 5_000

export class OverviewFeed {
  readonly #calls: AdminCalls
  readonly #ending = new AbortController()
  readonly #listeners = new Set<() => void>()
  #cancelStale = () => {}
  #overview: Overview | undefined
  #refused: FlashSaleError | undefined
  #isStale = false
  #heard: number | undefined
  #samples: Samples = NONE

  constructor(calls: AdminCalls) {
    this.#calls = calls
  }

  /** Undefined before anything was told. */
  get overview(): Overview | undefined {
    return this.#overview
  }

  /** Why nothing is told; undefined where something is. */
  get refused(): FlashSaleError | undefined {
    return this.#refused
  }

  /** Whether what is shown may be old. */
  get isStale(): boolean {
    return this.#isStale
  }

  /** When something was told last, in milliseconds since 1970. */
  get heard(): number | undefined {
    return this.#heard
  }

  get samples(): Samples {
    return this.#samples
  }

  /** Is called after each change. What is returned ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  begin(): void {
    const { signal } = this.#ending
    void this.#remember(signal)
    void this.#follow(signal)
  }

  end(): void {
    this.#cancelStale()
    this.#ending.abort()
  }

  /** What was before. Where that cannot be had the plots begin now, and the stream says what is wrong. */
  async #remember(signal: AbortSignal): Promise<void> {
    const history = await this.#calls.get<OverviewHistory>(HISTORY, signal).catch(() => undefined)
    if (history !== undefined) this.#change(() => this.#samples = remembered(this.#samples, history))
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const onLink = (isThere: boolean) => isThere ? undefined : this.#change(() => this.#isStale = true)
        for await (const { data } of this.#calls.events(PATH, signal, onLink)) this.#hear(data)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof FlashSaleError)) throw error
        this.#change(() => this.#refused = error)
      }
      await pause(AGAIN, signal)
    }
  }

  #hear(data: string): void {
    const overview = readObject(data) as Overview | undefined
    if (overview === undefined) return
    const at = now()
    this.#cancelStale()
    this.#cancelStale = after(STALE_AFTER, () => this.#change(() => this.#isStale = true))
    this.#change(() => {
      this.#overview = overview
      this.#refused = undefined
      this.#isStale = false
      this.#heard = at
      this.#samples = seen(this.#samples, overview)
    })
  }

  #change(take: () => void): void {
    if (this.#ending.signal.aborted) return
    take()
    for (const listener of [...this.#listeners]) listener()
  }
}

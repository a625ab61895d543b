/** The overview as the engine tells it each second, over every outage, for all pages of the console. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { readObject } from "@flash-sale/client/wire/Json.ts"
import { type Page, whileShown } from "../../sale/Shown.ts"
import { after } from "../../sale/Timers.ts"
import type { AdminCalls } from "../calls/AdminCalls.ts"
import { AGAIN, spread } from "../calls/Reachability.ts"
import type { Overview, OverviewHistory } from "../calls/Wire.ts"
import { now, setNow } from "../words/Moments.ts"
import { GAP, NONE, remembered, type Samples, seen } from "./Samples.ts"

const PATH = "/overview/events"
const HISTORY = "/overview/history"
/** How long the stream may be silent before what it has told counts as old, in milliseconds. */
const STALE_AFTER = 4_000

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
  /** Dead letters as a page has counted them, and what the overview said of them then. */
  #counted: { readonly size: number; readonly told: number | undefined } | undefined

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

  /** How many dead letters are open: as was counted last, so that no two places say different numbers. */
  get letters(): number | undefined {
    const told = this.#overview?.processors.dead_letters?.size
    return this.#counted?.told === told ? this.#counted?.size ?? told : told
  }

  /** A page has counted the dead letters, which is newer than what processors have said until now. */
  countLetters(size: number): void {
    const told = this.#overview?.processors.dead_letters?.size
    if (this.letters !== size) this.#change(() => this.#counted = { size, told })
  }

  /** Is called after each change. What is returned ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Follows the engine while somebody looks at the page. */
  begin(page: Page = document): void {
    void whileShown(page, this.#ending.signal, (signal) => this.#follow(signal))
  }

  end(): void {
    this.#cancelStale()
    this.#ending.abort()
  }

  /** What was while nobody looked, or nothing came. Where that cannot be had the plots have a gap. */
  async #remember(signal: AbortSignal): Promise<void> {
    const history = await this.#calls.get<OverviewHistory>(HISTORY, signal).catch(() => undefined)
    if (history !== undefined) this.#change(() => this.#samples = remembered(this.#samples, history))
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const onLink = (isThere: boolean) => isThere || signal.aborted ? undefined : this.#age()
    while (!signal.aborted) {
      try {
        const options = { signal, onFailed: (error: FlashSaleError) => this.#age(error) }
        for await (const { data } of this.#calls.events(PATH, options, onLink)) this.#hear(data, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof FlashSaleError)) throw error
        this.#age(error)
      }
      await this.#calls.reach.wait(spread(AGAIN), signal)
    }
  }

  /** What was told may be old, and why where that is known. */
  #age(error?: FlashSaleError): void {
    this.#change(() => {
      this.#isStale = true
      this.#refused = error ?? this.#refused
    })
  }

  #hear(data: string, signal: AbortSignal): void {
    const overview = readObject(data) as Overview | undefined
    if (overview === undefined) return
    setNow(overview.now)
    const at = now()
    if (this.#isStale) this.#calls.reach.askNow()
    const isAfterGap = this.#heard === undefined || at - this.#heard > GAP * 1_000
    this.#cancelStale()
    this.#cancelStale = after(STALE_AFTER, () => this.#age())
    this.#change(() => {
      this.#overview = overview
      this.#refused = undefined
      this.#isStale = false
      this.#heard = at
      this.#samples = seen(this.#samples, overview)
    })
    if (isAfterGap) void this.#remember(signal)
  }

  #change(take: () => void): void {
    if (this.#ending.signal.aborted) return
    take()
    for (const listener of [...this.#listeners]) listener()
  }
}

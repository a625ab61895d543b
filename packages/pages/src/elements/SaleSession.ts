/** What one button knows: the item as it changes, the connection, the buyer's order, and when the time changes any. */
import { type Client, createClient, type ItemStanding } from "@flash-sale/client"
import { orderMemory } from "../order/OrderMemory.ts"
import { OrderRun } from "../order/OrderRun.ts"
import { NONE, type OrderState } from "../order/OrderState.ts"
import { EngineClock } from "../sale/EngineClock.ts"
import { watchItem } from "../sale/ItemWatch.ts"
import { nextTurn, type SaleState, saleStateOf } from "../sale/SaleState.ts"
import { jitter } from "../sale/StartJitter.ts"
import { linked } from "../sale/StreamLink.ts"
import { untilNextSecond } from "../sale/TimeLeft.ts"
import { after, chance } from "../sale/Timers.ts"
import { type ButtonToken, storage, userIdOf } from "./Buyer.ts"
import type { Seen } from "./SaleOffer.ts"

export interface SaleSessionOptions {
  /** Where the engine is. */
  readonly gateway: string
  readonly itemId: string
  /** Undefined where the engine takes orders of anybody. */
  readonly token: ButtonToken | undefined
  readonly onChange: () => void
}

/** How long a stream may be away before what it has told counts as old, in milliseconds. */
const STALE_AFTER = 2_000

export class SaleSession {
  readonly #options: SaleSessionOptions
  readonly #ending = new AbortController()
  readonly #clock = new EngineClock()
  readonly #run: OrderRun
  #item: ItemStanding | undefined
  #refused: string | undefined
  #order: OrderState = NONE
  #isStale = false
  #cancelStale = () => {}
  #cancelTick = () => {}

  constructor(options: SaleSessionOptions) {
    const { gateway, itemId } = options
    this.#options = options
    this.#run = new OrderRun({
      client: this.#client({}),
      itemId,
      memory: orderMemory(storage, gateway, itemId),
      userId: () => userIdOf(options.token),
      onState: (order) => this.#change(() => this.#order = order),
      signal: this.#ending.signal
    })
  }

  /** Begins to follow, and goes on with the order of before a reload. Ends with `end`. */
  begin(): void {
    const { signal } = this.#ending
    const online = () => this.#change(() => {})
    for (const name of ["online", "offline"]) addEventListener(name, online, { signal })
    const client = this.#client({ fetch: linked((isThere) => this.#link(isThere)) })
    void watchItem(client, this.#options.itemId, {
      onItem: (item) =>
        this.#change(() => {
          this.#item = item
          this.#refused = undefined
          this.#clock.set(item.now)
        }),
      onCounts: (counts) =>
        this.#change(() => this.#item = this.#item === undefined ? undefined : { ...this.#item, ...counts }),
      onRefused: (code) => this.#change(() => this.#refused = code)
    }, signal)
    void this.#run.resume()
  }

  end(): void {
    this.#cancelStale()
    this.#cancelTick()
    this.#ending.abort()
  }

  get run(): OrderRun {
    return this.#run
  }

  /** Whether what is shown may be old. */
  get isStale(): boolean {
    return this.#isStale
  }

  get sale(): SaleState | undefined {
    const now = this.#clock.now()
    return this.#item === undefined || now === undefined ? undefined : saleStateOf(this.#item, now)
  }

  seen(): Seen {
    return {
      item: this.#item,
      sale: this.sale,
      order: this.#order,
      isOnline: navigator.onLine,
      refused: this.#item === undefined ? this.#refused : undefined,
      now: this.#clock.now() ?? 0,
      elapsed: performance.now()
    }
  }

  buy(): void {
    const { item, now } = this.seen()
    const opensAt = item?.sale.opens_at === undefined ? undefined : Date.parse(item.sale.opens_at)
    void this.#run.start(jitter(opensAt, now, chance()))
  }

  #client(more: Pick<Parameters<typeof createClient>[0], "fetch">): Client {
    const { gateway, token } = this.#options
    return createClient({ baseUrl: gateway, ...(token === undefined ? {} : { token }), ...more })
  }

  #link(isThere: boolean): void {
    this.#cancelStale()
    if (isThere) this.#change(() => this.#isStale = false)
    else if (!this.#ending.signal.aborted) {
      this.#cancelStale = after(STALE_AFTER, () => this.#change(() => this.#isStale = true))
    }
  }

  #change(take: () => void): void {
    if (this.#ending.signal.aborted) return
    take()
    this.#options.onChange()
    this.#tick()
  }

  /** Shows the time again when one of those that count down has another second. */
  #tick(): void {
    this.#cancelTick()
    const { elapsed, now, order, sale } = this.seen()
    const turn = sale === undefined ? undefined : nextTurn(sale)
    const left = [
      turn === undefined ? 0 : turn - now,
      order.kind === "held" && order.until !== undefined ? order.until - now : 0,
      order.kind === "refused" ? order.until - elapsed : 0
    ].filter((millis) => millis > 0)
    if (left.length === 0) return
    this.#cancelTick = after(Math.min(...left.map(untilNextSecond)), () => this.#change(() => {}))
  }
}

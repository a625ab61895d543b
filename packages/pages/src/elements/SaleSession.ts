/** What one button knows: the item as it changes, the connection, the buyer's order, and when the time changes any. */
import { createClient } from "@flash-sale/client/Client.ts"
import { orderMemory } from "../order/OrderMemory.ts"
import { OrderRun } from "../order/OrderRun.ts"
import { NONE, type OrderState } from "../order/OrderState.ts"
import { type Joined, joinItem } from "../sale/ItemStream.ts"
import { nextTurn, saleStateOf } from "../sale/SaleState.ts"
import { jitter } from "../sale/StartJitter.ts"
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
  /** Whether the engine is known to take no order without a token. */
  readonly needsToken: boolean
  readonly onChange: () => void
}

/** A page that is shown for the first time has just asked. */
const isReturn = (event: Event): boolean => !(event instanceof PageTransitionEvent) || event.persisted

export class SaleSession {
  readonly #options: SaleSessionOptions
  readonly #ending = new AbortController()
  readonly #run: OrderRun
  readonly #joined: Joined
  #order: OrderState = NONE
  #cancelTick = () => {}

  /** Begins to follow, and goes on with the order of before a reload. Ends with `end`. */
  constructor(options: SaleSessionOptions) {
    const { gateway, itemId, token } = options
    this.#options = options
    this.#run = new OrderRun({
      client: createClient({ baseUrl: gateway, ...(token === undefined ? {} : { token }) }),
      itemId,
      memory: orderMemory(storage, gateway, itemId),
      userId: () => userIdOf(token),
      onState: (order) => this.#change(() => this.#order = order),
      page: document,
      signal: this.#ending.signal
    })
    const { signal } = this.#ending
    for (const name of ["online", "offline"]) addEventListener(name, () => this.#change(), { signal })
    this.#joined = joinItem(gateway, itemId, () => this.#change())
    // The network comes back, as after a sleep, or the page out of the browser's cache.
    for (const name of ["online", "pageshow"]) {
      addEventListener(name, (event) => isReturn(event) && this.#joined.stream.askAnew(), { signal })
    }
    void this.#run.resume()
    this.#tick()
  }

  end(): void {
    this.#cancelTick()
    this.#joined.leave()
    this.#ending.abort()
  }

  get run(): OrderRun {
    return this.#run
  }

  seen(): Seen {
    const { clock, isStale, item, problem } = this.#joined.stream
    const now = clock.now()
    return {
      item,
      sale: item === undefined || now === undefined ? undefined : saleStateOf(item, now),
      order: this.#order,
      isGuest: this.#options.token === undefined,
      needsToken: this.#options.needsToken,
      isOnline: navigator.onLine,
      isStale,
      problem,
      now: now ?? 0,
      elapsed: performance.now()
    }
  }

  buy(): void {
    const { item, now } = this.seen()
    const opensAt = item?.sale.opens_at === undefined ? undefined : Date.parse(item.sale.opens_at)
    void this.#run.start(jitter(opensAt, now, chance()))
  }

  #change(take: () => void = () => {}): void {
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
    this.#cancelTick = after(Math.min(...left.map(untilNextSecond)), () => this.#change())
  }
}

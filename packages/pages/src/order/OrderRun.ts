/** One buyer's order from the press of the button to its end: places it, follows it, pays for it, gives it back. */
import { type Client, FlashSaleError, newRequestId } from "@flash-sale/client"
import { pause } from "../sale/Timers.ts"
import type { OrderMemory } from "./OrderMemory.ts"
import { isOver, NONE, type OrderState, withStatus } from "./OrderState.ts"

/** How long a page waits before it asks again for an order that cannot be seen, in milliseconds. */
const AGAIN = 3_000

export interface OrderRunOptions {
  readonly client: Client
  readonly itemId: string
  readonly memory: OrderMemory
  /** The buyer. Fails as the client does where there is no token. */
  readonly userId: () => Promise<string>
  readonly onState: (state: OrderState) => void
  readonly signal: AbortSignal
}

export class OrderRun {
  readonly #options: OrderRunOptions
  #state: OrderState = NONE

  constructor(options: OrderRunOptions) {
    this.#options = options
  }

  #enter(state: OrderState): void {
    this.#state = state
    if (!this.#options.signal.aborted) this.#options.onState(state)
  }

  /** The order's id; undefined where there is none. */
  get requestId(): string | undefined {
    return this.#options.memory.read()?.requestId
  }

  /** Goes on with the order of before a reload, where there is one. */
  async resume(): Promise<void> {
    const { memory } = this.#options
    const kept = memory.read()
    if (kept === undefined) return
    this.#enter({ kind: "waiting" })
    await this.#follow(kept.requestId)
  }

  /** Holds one unit, after so many milliseconds. Kept before it is sent: a reload finds it, whatever is answered. */
  async start(millis: number): Promise<void> {
    const { client, itemId, memory, signal, userId } = this.#options
    if (!isOver(this.#state)) return
    // Of what was sent before it is not known whether it has arrived: it is sent again as the same order.
    const unsure = this.#state.kind === "refused" ? memory.read() : undefined
    this.#enter({ kind: "sending" })
    try {
      await pause(millis, signal)
      const kept = unsure ?? { requestId: newRequestId(), userId: await userId() }
      memory.keep(kept)
      const hold = { request_id: kept.requestId, user_id: kept.userId, item_id: itemId, amount: 1 }
      await client.hold(hold, { signal }).catch((error: unknown) => {
        const isThere = error instanceof FlashSaleError && error.code === "duplicate_request"
        if (!isThere || unsure === undefined) throw error
      })
      this.#enter({ kind: "waiting" })
      await this.#follow(kept.requestId)
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** Has the hold charged. */
  pay(token: string | undefined): Promise<void> {
    const body = token === undefined ? {} : { payment_token: token }
    return this.#act({ kind: "paying" }, (id) => this.#options.client.confirm(id, body, this.#options))
  }

  giveBack(): Promise<void> {
    return this.#act({ kind: "returning" }, (id) => this.#options.client.cancel(id, this.#options))
  }

  /** Forgets an order that is over. */
  clear(): void {
    if (!isOver(this.#state)) return
    this.#options.memory.forget()
    this.#enter(NONE)
  }

  async #act(state: OrderState, call: (requestId: string) => Promise<unknown>): Promise<void> {
    const { requestId } = this
    const before = this.#state
    if (requestId === undefined || before.kind !== "held") return
    this.#enter(state)
    try {
      await call(requestId)
    } catch (error) {
      if (!(error instanceof FlashSaleError)) throw error
      // What is final is told by the stream.
      if (!isOver(this.#state)) this.#enter({ ...before, problem: error.code })
    }
  }

  /** Follows the order to its end, over every outage. */
  async #follow(requestId: string): Promise<void> {
    const { client, signal } = this.#options
    while (!signal.aborted) {
      try {
        for await (const { order } of client.orderEvents(requestId, { signal })) {
          this.#enter(withStatus(this.#state, order))
        }
        return
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof FlashSaleError && error.retryable)) return this.#refuse(error)
      }
      await pause(AGAIN, signal)
    }
  }

  #refuse(error: unknown): void {
    const { memory, signal } = this.#options
    if (signal.aborted) return
    if (!(error instanceof FlashSaleError)) throw error
    if (!error.outcomeUnknown) memory.forget()
    this.#enter({ kind: "refused", code: error.code, until: performance.now() + (error.retryAfterMillis ?? 0) })
  }
}

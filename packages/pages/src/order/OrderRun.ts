/** One buyer's order from the press of the button to its end: places it, follows it, pays for it, gives it back. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { newRequestId } from "@flash-sale/client/time/Chance.ts"
import { pause } from "../sale/Timers.ts"
import type { KeptOrder } from "./OrderMemory.ts"
import type { OrderRunOptions } from "./OrderRunOptions.ts"
import { isOver, NONE, type OrderState, withStatus } from "./OrderState.ts"
import { OrderWatch } from "./OrderWatch.ts"

export class OrderRun {
  readonly #options: OrderRunOptions
  #state: OrderState = NONE
  /** The buyer's order, once it is known who buys. */
  #kept: KeptOrder | undefined
  readonly #watch: OrderWatch

  constructor(options: OrderRunOptions) {
    this.#options = options
    this.#watch = new OrderWatch(options)
  }

  #enter(state: OrderState): void {
    this.#state = state
    if (!this.#options.signal.aborted) this.#options.onState(state)
  }

  /** The order's id; undefined where there is none. */
  get requestId(): string | undefined {
    return this.#kept?.requestId
  }

  /** Goes on with the order of before a reload, or with one that could not be seen, where there is one. */
  async resume(): Promise<void> {
    const { memory, userId } = this.#options
    if (memory.isEmpty() || !(isOver(this.#state) || this.#state.kind === "unseen")) return
    if (this.#state.kind === "unseen") this.#enter({ kind: "waiting" })
    const state = this.#state
    const buyer = await userId().catch((error: unknown) => this.#lose(error))
    // Whoever has pressed the button meanwhile goes on with it already.
    if (buyer === undefined || this.#state !== state) return
    const kept = memory.read(buyer)
    return kept === undefined ? this.#enter(NONE) : this.#goOn(kept)
  }

  /** Holds one unit, after so many milliseconds. Kept before it is sent: a reload finds it, whatever is answered. */
  async start(millis: number): Promise<void> {
    const { memory, signal, userId } = this.#options
    if (!isOver(this.#state)) return
    // Of what was sent before it is not known whether it has arrived: it is sent again as the same order.
    const unsure = this.#state.kind === "refused" ? this.#kept : undefined
    this.#watch.stop()
    this.#enter({ kind: "sending" })
    try {
      await pause(millis, signal)
      const buyer = unsure?.userId ?? await userId()
      const before = memory.read(buyer)
      // It was not known yet who buys: there is one of before a reload.
      if (before !== undefined && before.requestId !== this.#kept?.requestId) return await this.#goOn(before)
      this.#kept = unsure ?? { requestId: newRequestId(), userId: buyer }
    } catch (error) {
      return this.#refuse(error)
    }
    memory.keep(this.#kept)
    await this.#send(this.#kept, unsure !== undefined)
  }

  #goOn(kept: KeptOrder): Promise<void> {
    this.#kept = kept
    if (this.#state.kind !== "waiting") this.#enter({ kind: "waiting" })
    return this.#follow(kept)
  }

  /** `isAgain` is whether it was sent before, and may be there. */
  async #send(kept: KeptOrder, isAgain: boolean): Promise<void> {
    const { client, itemId, signal } = this.#options
    try {
      await client.hold({ request_id: kept.requestId, user_id: kept.userId, item_id: itemId, amount: 1 }, { signal })
    } catch (error) {
      if (signal.aborted) return
      if (!isAgain || !(error instanceof FlashSaleError) || error.outcomeUnknown) return this.#refuse(error)
      if (error.code === "duplicate_request") this.#enter({ kind: "waiting" })
      // Refused at the door this time, by a sale that is over for instance: the first one may have been taken.
      return this.#follow(kept, error)
    }
    this.#enter({ kind: "waiting" })
    await this.#follow(kept)
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
    this.#watch.stop()
    this.#forget()
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

  /** Follows the order to its end. `refusal` is what is told where nobody knows the order. */
  async #follow({ requestId }: KeptOrder, refusal?: FlashSaleError): Promise<void> {
    const failed = await this.#watch.follow(requestId, (order) => this.#enter(withStatus(this.#state, order)))
    if (failed?.code === "unknown_order") this.#refuse(refusal ?? failed)
    else if (failed !== undefined) this.#lose(failed)
  }

  #forget(): void {
    if (this.#kept !== undefined) this.#options.memory.forget(this.#kept.userId)
    this.#kept = undefined
  }

  /** It was not taken, or nobody knows whether it was. */
  #refuse(error: unknown): void {
    if (!this.#isHeard(error)) return
    if (!error.outcomeUnknown) this.#forget()
    this.#enter({ kind: "refused", code: error.code, until: performance.now() + (error.retryAfterMillis ?? 0) })
  }

  /** It may be there, and cannot be seen: it is kept. */
  #lose(error: unknown): undefined {
    if (this.#isHeard(error)) this.#enter({ kind: "unseen", code: error.code })
  }

  #isHeard(error: unknown): error is FlashSaleError {
    if (this.#options.signal.aborted) return false
    if (!(error instanceof FlashSaleError)) throw error
    return true
  }
}

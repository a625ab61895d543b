/**
 * `<flash-sale-button gateway item token auth>`: one item's sale in any page, from the countdown to what became of an
 * order.
 *
 * **Details**: it tells its page what it sees by events that bubble: `flash-sale-item` with the item's standing,
 * `flash-sale-order` with the order's id and its state, and `flash-sale-pay` before it has the order charged. A page
 * that gives a payment token, or takes the money itself, prevents that last event; it then calls `pay` with the token,
 * or its own server.
 */
import { LitElement, type PropertyValues } from "lit"
import { styles } from "./ButtonStyles.ts"
import { template } from "./ButtonTemplate.ts"
import { viewOf } from "./ButtonView.ts"
import type { ButtonToken } from "./Buyer.ts"
import type { Press } from "./SaleOffer.ts"
import { SaleSession } from "./SaleSession.ts"
import { pressed, tokens } from "./Styles.ts"

/** The engine that this module has come from. */
const OWN = new URL(import.meta.url).origin

export class FlashSaleButton extends LitElement {
  static override properties = { gateway: {}, item: {}, token: {}, auth: {} }
  static override styles = [tokens, pressed, styles]

  /** Where the engine is; where this module has come from, if it is not given. */
  declare gateway: string
  declare item: string
  /** A buyer's token, or, as a property, what gives one; none where the engine takes orders of anybody. */
  declare token: ButtonToken
  /** `required` where the engine takes orders of signed-in buyers alone, and nobody may have signed in yet. */
  declare auth: string
  #session: SaleSession | undefined
  /** What the page was told last: of the order, and of the item without its clock. */
  #told = ""
  #shown = ""

  constructor() {
    super()
    this.gateway = OWN
    this.item = ""
    this.token = ""
    this.auth = ""
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#end()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.requestUpdate("item")
  }

  /** Another item, engine or buyer is another sale. A token that is renewed is one that is given by a function. */
  override willUpdate(changed: PropertyValues): void {
    if (!["gateway", "item", "token", "auth"].some((name) => changed.has(name)) || !this.isConnected) return
    this.#end()
    if (this.item === "") return
    this.#session = new SaleSession({
      gateway: this.gateway || OWN,
      itemId: this.item,
      token: this.token === "" ? undefined : this.token,
      needsToken: this.auth === "required",
      onChange: () => this.requestUpdate()
    })
  }

  /** Has the held order charged, by a token of the shop's payment provider where one is given. */
  pay(paymentToken?: string): Promise<void> {
    return this.#session?.run.pay(paymentToken) ?? Promise.resolve()
  }

  override render() {
    const session = this.#session
    if (session === undefined) return
    const seen = session.seen()
    return template(seen, viewOf(seen), (press) => this.#press(press))
  }

  override updated(): void {
    const session = this.#session
    if (session === undefined) return
    const { item, order } = session.seen()
    const shown = JSON.stringify({ ...item, now: undefined })
    if (item !== undefined && shown !== this.#shown) {
      this.#shown = shown
      this.#tell("flash-sale-item", item)
    }
    const state = `${session.run.requestId} ${JSON.stringify(order)}`
    if (state === this.#told) return
    this.#told = state
    this.#tell("flash-sale-order", { request_id: session.run.requestId, ...order })
  }

  #press(press: Press): void {
    const session = this.#session
    if (session === undefined) return
    if (press === "buy") session.buy()
    else if (press === "clear") session.run.clear()
    else if (press === "return") void session.run.giveBack()
    else if (press === "resume") void session.run.resume()
    else if (this.#tell("flash-sale-pay", { request_id: session.run.requestId })) void this.pay()
  }

  /** Whether the page has not prevented it. */
  #tell(name: string, detail: unknown): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }))
  }

  #end(): void {
    this.#session?.end()
    this.#session = undefined
    this.#told = ""
    this.#shown = ""
  }
}

customElements.define("flash-sale-button", FlashSaleButton)

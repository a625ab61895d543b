/** `<flash-sale-console>`: the console, for the person on duty. */
import { html, LitElement, nothing } from "lit"
import { storage } from "../elements/Buyer.ts"
import { after } from "../sale/Timers.ts"
import { AdminCalls } from "./calls/AdminCalls.ts"
import { type ConsoleKey, consoleKey, keyIn } from "./calls/ConsoleKey.ts"
import { may, type Operator } from "./calls/Operator.ts"
import { header, navigation } from "./Frame.ts"
import { keyForm } from "./KeyForm.ts"
import { OverviewFeed } from "./live/OverviewFeed.ts"
import { placeOf } from "./Pages.ts"
import { ConsoleChange } from "./parts/ChangeDialog.ts"
import type { ConsoleContext } from "./parts/ConsoleContext.ts"
import { type Route, routeOf } from "./parts/Route.ts"

/** How long what came of a change is shown, in milliseconds. */
const NOTICE_MILLIS = 12_000

export class FlashSaleConsole extends LitElement {
  static override properties = {
    context: { state: true },
    route: { state: true },
    problem: { state: true },
    isAsking: { state: true },
    notice: { state: true }
  }

  declare context: ConsoleContext | undefined
  declare route: Route
  /** Why a key does not let anybody in. */
  declare problem: unknown
  declare isAsking: boolean
  /** What came of the last change. */
  declare notice: string | undefined
  readonly #key: ConsoleKey = consoleKey(storage)
  #leaving = new AbortController()
  #cancelNotice = () => {}

  constructor() {
    super()
    this.isAsking = false
    this.route = routeOf(location.hash)
  }

  override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leaving = new AbortController()
    addEventListener("hashchange", () => this.#arrive(), { signal: this.#leaving.signal })
    this.#arrive()
    this.#enterAgain()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leaving.abort()
    this.context?.feed.end()
    this.context = undefined
  }

  /** Goes where the address leads; a key in it is taken out of it before anything else. */
  #arrive(): void {
    const key = keyIn(location.hash)
    if (key !== undefined) {
      history.replaceState(null, "", "#/")
      this.#leave()
      this.#key.keep(key)
      this.#enterAgain()
    }
    this.route = routeOf(location.hash)
  }

  #enterAgain(): void {
    const key = this.#key.read()
    if (key !== undefined && this.context === undefined && !this.isAsking) void this.#enter(key)
  }

  async #enter(key: string): Promise<void> {
    const { signal } = this.#leaving
    this.isAsking = true
    this.problem = undefined
    try {
      const onRejected = (error: unknown) => {
        this.#leave()
        this.problem = error
      }
      const calls = new AdminCalls({ origin: location.origin, key, onRejected })
      const operator = await calls.get<Operator>("/me", signal)
      this.#key.keep(key)
      this.#begin(calls, operator)
    } catch (error) {
      // A key that cannot be sent is no key.
      if (error instanceof TypeError) this.#key.forget()
      if (!signal.aborted) this.problem = error
    }
    this.isAsking = false
  }

  #begin(calls: AdminCalls, operator: Operator): void {
    const feed = new OverviewFeed(calls)
    feed.listen(() => {
      this.requestUpdate()
      this.#dialog?.requestUpdate()
    })
    if (may(operator, "read")) feed.begin()
    this.context = {
      calls,
      operator,
      feed,
      ask: (change) => this.#dialog?.open(change, (words) => this.#tell(words))
    }
  }

  get #dialog(): ConsoleChange | undefined {
    const found = this.querySelector("console-change")
    return found instanceof ConsoleChange ? found : undefined
  }

  #tell(words: string): void {
    this.notice = words
    this.#cancelNotice()
    this.#cancelNotice = after(NOTICE_MILLIS, () => this.notice = undefined)
  }

  #leave(): void {
    this.context?.feed.end()
    this.context = undefined
    this.problem = undefined
    this.#key.forget()
  }

  override render() {
    const { context, route } = this
    if (context === undefined) {
      document.title = "Console"
      const again = this.#key.read() === undefined ? undefined : () => this.#enterAgain()
      const onKey = (key: string) => void this.#enter(key)
      return keyForm({ isAsking: this.isAsking, problem: this.problem, again, onKey })
    }
    const { content, title } = placeOf(context, route)
    document.title = `${title} · Console`
    return html`
      <div class="frame">
        ${header(context.operator, context.feed, () => this.#leave())}
        ${navigation(context.operator, context.feed, route)}
        <main>${content}</main>
        <div class="notice" role="status">${this.notice === undefined ? nothing : html`<p>${this.notice}</p>`}</div>
        <console-change></console-change>
      </div>
    `
  }
}

customElements.define("flash-sale-console", FlashSaleConsole)

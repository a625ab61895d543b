/** `<flash-sale-console>`: the console, for the person on duty. */
import { html, LitElement, nothing } from "lit"
import { after } from "../sale/Timers.ts"
import { ConsoleSession } from "./ConsoleSession.ts"
import { FirstSight } from "./FirstSight.ts"
import { header, navigation } from "./Frame.ts"
import { keyForm } from "./KeyForm.ts"
import { placeOf } from "./Pages.ts"
import { ConsoleChange } from "./parts/ChangeDialog.ts"
import type { ConsoleContext } from "./parts/ConsoleContext.ts"
import { hrefOf, type Route, routeOf } from "./parts/Route.ts"

/** How long what came of a change is shown, in milliseconds. */
const NOTICE_MILLIS = 12_000

const hrefOfRoute = ({ path, query }: Route): string => hrefOf(path, Object.fromEntries(query))

export class FlashSaleConsole extends LitElement {
  static override properties = { route: { state: true }, notice: { state: true } }

  declare route: Route
  /** What came of the last change. */
  declare notice: string | undefined
  readonly #session = new ConsoleSession({
    ask: (change) => this.#dialog?.open(change, (words) => this.#tell(words)),
    tell: (words) => this.#tell(words),
    onChange: () => {
      this.requestUpdate()
      // What a change will do follows what there is.
      this.#dialog?.requestUpdate()
    },
    onBack: () => this.#dialog?.engineIsBack()
  })
  #leaving = new AbortController()
  #cancelNotice = () => {}

  constructor() {
    super()
    this.route = routeOf("")
    this.addController(new FirstSight(this, () => this.route.path[0] ?? ""))
  }

  override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leaving = new AbortController()
    addEventListener("hashchange", () => this.#move(), { signal: this.#leaving.signal })
    this.#arrive()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leaving.abort()
    this.#session.end()
  }

  /** Goes where the address leads. */
  #arrive(): void {
    this.#session.begin()
    this.route = routeOf(location.hash)
  }

  #move(): void {
    const before = this.route
    this.#forgetNotice(routeOf(location.hash))
    this.#arrive()
    // What a dialog is about is of the place of before.
    if (hrefOfRoute(before) !== hrefOfRoute(this.route)) this.#dialog?.leave()
    const isSamePage = before.path.join("/") === this.route.path.join("/")
    if (isSamePage && before.query.get("cursor") === this.route.query.get("cursor")) return
    scrollTo(0, 0)
    void this.updateComplete.then(() => this.#goToPage())
  }

  /** Who goes by the keyboard, or by ear, goes on at the heading of the page, or where it will be. */
  #goToPage(): void {
    const place = this.querySelector<HTMLElement>("main h1") ?? this.querySelector<HTMLElement>("main")
    if (place === null) return
    place.tabIndex = -1
    place.focus({ preventScroll: true })
  }

  get #dialog(): ConsoleChange | undefined {
    const found = this.querySelector("console-change")
    return found instanceof ConsoleChange ? found : undefined
  }

  /** What came of a change is told where it was made. */
  #forgetNotice(next: Route): void {
    if (next.path.join("/") === this.route.path.join("/")) return
    this.#cancelNotice()
    this.notice = undefined
  }

  #tell(words: string): void {
    this.notice = words
    this.#cancelNotice()
    this.#cancelNotice = after(NOTICE_MILLIS, () => this.notice = undefined)
  }

  #entrance() {
    const session = this.#session
    return keyForm({
      isAsking: session.isAsking,
      problem: session.problem,
      again: session.hasKey ? () => session.again() : undefined,
      onKey: (key) => void session.enter(key)
    })
  }

  #frame(context: ConsoleContext) {
    const { content, title } = placeOf(context, this.route)
    if (document.title !== title) document.title = title
    return html`
      <div class="frame">
        ${
      header(context.operator, context.feed, {
        onLeave: () => this.#session.leave(),
        onSkip: () => this.#goToPage()
      })
    }
        ${navigation(context, this.route)}
        <main class=${context.feed.isStale ? "old" : ""}>${content}</main>
        <div class="notice" role="status">${this.notice === undefined ? nothing : html`<p>${this.notice}</p>`}</div>
        <console-change></console-change>
      </div>
    `
  }

  override render() {
    const { context } = this.#session
    return context === undefined ? this.#entrance() : this.#frame(context)
  }
}

customElements.define("flash-sale-console", FlashSaleConsole)

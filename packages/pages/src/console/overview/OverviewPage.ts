/** `<console-overview>`: the sale and the engine at a glance, each second. */
import { html } from "lit"
import { after } from "../../sale/Timers.ts"
import { paymentShares } from "../live/PaymentShares.ts"
import { ConsolePlot } from "../live/Plot.ts"
import { PageElement } from "../parts/PageElement.ts"
import { refused } from "../parts/Panels.ts"
import { problemsOf } from "../words/Problems.ts"
import { instances } from "./Instances.ts"
import { ConsoleOnSale } from "./OnSale.ts"
import { plots } from "./OverviewPlots.ts"
import { tiles } from "./OverviewTiles.ts"
import { problems, silence } from "./WhatIsWrong.ts"

/** How often it is said anew how long nothing was told, in milliseconds. */
const TICK = 1_000

export class ConsoleOverview extends PageElement {
  #forget = () => {}
  #cancelTick = () => {}

  override connectedCallback(): void {
    super.connectedCallback()
    this.#forget = this.context.feed.listen(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#forget()
    this.#cancelTick()
  }

  override updated(): void {
    this.#cancelTick()
    if (this.context.feed.isStale && !document.hidden) this.#cancelTick = after(TICK, () => this.requestUpdate())
  }

  override render() {
    const { calls, feed: { heard, isStale, overview, refused: error, samples } } = this.context
    const askNow = () => calls.reach.askNow()
    if (overview === undefined) {
      return html`<h1>Overview</h1>${
        error === undefined ? html`<div class="state loading" aria-busy="true"></div>` : refused(error, askNow)
      }`
    }
    const shares = paymentShares(samples)
    return html`
      <h1>Overview</h1>
      ${
      isStale
        ? silence(error, heard, askNow)
        : problems(overview, problemsOf(overview, shares), (scope) => this.may(scope))
    }
      ${tiles(overview, shares, this.may("dlq"))}
      ${plots(samples, isStale ? heard : undefined)}
      <console-on-sale .context=${this.context} .route=${this.route}
        .isSaid=${isStale}></console-on-sale>
      ${instances(overview)}
    `
  }
}

customElements.define("console-on-sale", ConsoleOnSale)
customElements.define("console-plot", ConsolePlot)

/** `<console-overview>`: the sale and the engine at a glance, each second. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { Scope } from "../calls/Operator.ts"
import type { Overview } from "../calls/Wire.ts"
import { ConsolePlot } from "../live/Plot.ts"
import type { Line } from "../live/PlotOptions.ts"
import type { Samples, Series } from "../live/Samples.ts"
import { PageElement } from "../parts/PageElement.ts"
import { refused, runbook, type Shown, silence, stale } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { durationOf, rateOf } from "../words/Figures.ts"
import { type ProblemPage, problemsOf, type ShownProblem } from "../words/Problems.ts"
import { refusalOf } from "../words/Refusals.ts"
import { instances } from "./Instances.ts"
import { ConsoleOnSale } from "./OnSale.ts"
import { tiles } from "./OverviewTiles.ts"

const PAGES: Readonly<Record<ProblemPage, readonly [scope: Scope, words: string]>> = {
  "dead-letters": ["dlq", "Dead letters"],
  items: ["read", "Items"]
}

/** Where something can be done about it, for who may. */
const way = (page: ProblemPage | undefined, may: (scope: Scope) => boolean): Shown => {
  if (page === undefined || !may(PAGES[page][0])) return nothing
  return html`<a href=${hrefOf([page])}>${PAGES[page][1]}</a>`
}

const problem = ({ page, section, text, title, tone }: ShownProblem, may: (scope: Scope) => boolean): TemplateResult =>
  html`<li class=${tone}><strong>${title}</strong> <span>${text}</span> ${way(page, may)} ${runbook(section)}</li>`

const recoveries = ({ processors: { recovering } }: Overview): TemplateResult | typeof nothing =>
  recovering.length === 0 ? nothing : html`
    <p class="small">Recovering: ${
    recovering.slice(0, 5).map(({ at, partition, until }) =>
      html`partition ${partition}, ${countOf(Math.max(0, until - at))} records to go. `
    )
  }</p>
  `

const line = (samples: Samples, series: Series, label: string, tone: Line["tone"], isDashed = false): Line => ({
  label,
  tone,
  isDashed,
  values: samples.values[series]
})

const plots = (samples: Samples): TemplateResult => {
  const plot = (heading: string, format: (value: number) => string, lines: ReadonlyArray<Line>) =>
    html`<console-plot .heading=${heading} .times=${samples.times} .format=${format} .lines=${lines}></console-plot>`
  return html`
    <section class="plots" aria-label="The last 15 minutes">
      ${
    plot("Orders a second", rateOf, [
      line(samples, "accepted", "Accepted", "accent"),
      line(samples, "refused", "Refused", "warn", true),
      line(samples, "failed", "Failed", "bad")
    ])
  }
      ${plot("Behind", durationOf, [line(samples, "behind", "Oldest order", "accent")])}
      ${plot("Payments under way", countOf, [line(samples, "payments", "Charges and voids", "accent")])}
    </section>
  `
}

export class ConsoleOverview extends PageElement {
  #forget = () => {}

  override connectedCallback(): void {
    super.connectedCallback()
    this.#forget = this.context.feed.listen(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#forget()
  }

  /** What is wrong now: while nothing is told that is why, and what was before is not said of now. */
  #problems(overview: Overview) {
    const { isStale, refused: error } = this.context.feed
    if (isStale) {
      return html`
        <section class="problems" aria-label="What is wrong">
          <ul>${
        error === undefined
          ? html`<li class="warn"><strong>Nothing is told</strong> <span>Connecting again.</span></li>`
          : silence(error)
      }</ul>
        </section>
      `
    }
    const found = problemsOf(overview)
    return html`
      <section class="problems" aria-label="What is wrong">
        <ul>${
      found.length === 0 ?
        html`<li class="good"><strong>Nothing is wrong</strong></li>`
        : found.map((one) => problem(one, (scope) => this.may(scope)))
    }</ul>
        ${recoveries(overview)}
      </section>
    `
  }

  override render() {
    const { heard, isStale, overview, refused: error, samples } = this.context.feed
    if (overview === undefined) {
      return html`<h1>Overview</h1>${
        error === undefined ? html`<div class="state loading" aria-busy="true"></div>` : refused(error)
      }`
    }
    const why = error === undefined ? "Connecting again." : `${refusalOf(error).title}.`
    return html`
      <h1>Overview</h1>
      ${isStale ? stale(heard, why) : nothing}
      ${this.#problems(overview)}
      <div class=${isStale ? "old" : ""}>${tiles(overview, this.may("dlq"))}</div>
      ${plots(samples)}
      <console-on-sale .context=${this.context} .route=${this.route}></console-on-sale>
      <div class=${isStale ? "old" : ""}>${instances(overview)}</div>
    `
  }
}

customElements.define("console-on-sale", ConsoleOnSale)
customElements.define("console-plot", ConsolePlot)

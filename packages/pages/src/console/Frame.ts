/** What stands around every page: whether the engine is healthy, who one is, and where one can go. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../sale/TimeLeft.ts"
import { may, type Operator } from "./calls/Operator.ts"
import { markEdges } from "./FirstSight.ts"
import type { DoctorWatch } from "./live/DoctorWatch.ts"
import type { OverviewFeed } from "./live/OverviewFeed.ts"
import { paymentShares } from "./live/PaymentShares.ts"
import { isShown, PAGES } from "./Pages.ts"
import type { ConsoleContext } from "./parts/ConsoleContext.ts"
import type { Shown } from "./parts/Panels.ts"
import { hrefOf, type Route } from "./parts/Route.ts"
import { numbered } from "./words/Figures.ts"
import { timeOf } from "./words/Moments.ts"
import { letterTone, problemsOf } from "./words/Problems.ts"

const standing = (
  { heard, isStale, overview, refused, samples }: OverviewFeed
): readonly [look: string, words: string] => {
  if (overview === undefined) return refused === undefined ? ["", "Connecting"] : ["bad", "Not known"]
  if (isStale) return ["warn", `As of ${timeOf(heard ?? 0)}`]
  if (overview.status !== "healthy") return ["bad", "Not healthy"]
  const isWrong = problemsOf(overview, paymentShares(samples)).some(({ tone }) => tone === "bad")
  return isWrong ? ["bad", "Problems"] : ["good", "Healthy"]
}

const health = (operator: Operator, feed: OverviewFeed): Shown => {
  if (!may(operator, "read")) return nothing
  const [look, words] = standing(feed)
  return html`<a class="health ${look}" href=${hrefOf([])}><span role="status">${words}</span></a>`
}

export interface HeaderEvents {
  readonly onLeave: () => void
  /** Goes past the header and the navigation. */
  readonly onSkip: () => void
}

export const header = (operator: Operator, feed: OverviewFeed, { onLeave, onSkip }: HeaderEvents): TemplateResult =>
  html`
    <header class="top">
      <button type="button" class="skip" @click=${onSkip}>Skip to the page</button>
      <a class="brand" href=${hrefOf([])}>Flash sale <span>Console</span></a>
      ${health(operator, feed)}
      <span class="who"><span class="muted">Key</span> <b>${operator.name}</b></span>
      <button type="button" class="quiet small" @click=${onLeave}>Leave</button>
    </header>
  `

const letters = ({ letters: size = 0, overview }: OverviewFeed): Shown => {
  const tone = letterTone(overview?.processors.dead_letters) ?? "warn"
  return size === 0 ? nothing : html`<span class="count ${tone}">${countOf(size)}</span>`
}

/** What is wrong with the installation, and what should be known. */
const findings = ({ sums }: DoctorWatch): Shown => {
  if (sums === undefined || sums.wrong + sums.warning === 0) return nothing
  const tone = sums.wrong > 0 ? "bad" : "warn"
  const words = `${countOf(sums.wrong)} wrong, ${numbered(sums.warning, "warning")}`
  return html`<span class="count ${tone}" title=${words}>${countOf(sums.wrong + sums.warning)}</span>`
}

/** Beside the name of a page. */
const countBeside = (name: string, { doctor, feed }: ConsoleContext): Shown =>
  name === "dead-letters" ? letters(feed) : name === "doctor" ? findings(doctor) : nothing

export const navigation = (context: ConsoleContext, route: Route): TemplateResult => {
  const here = route.path[0] ?? PAGES[0]!.name
  return html`
    <nav class="side" aria-label="Pages" @scroll=${({ currentTarget }: Event) => markEdges(currentTarget as Element)}>
      <ul>
        ${
    PAGES.filter((page) => isShown(context.operator, page)).map(({ label, name }) =>
      html`<li><a href=${hrefOf([name])} aria-current=${name === here ? "page" : nothing}><span class="label"
        data-label=${label}>${label}</span> ${countBeside(name, context)}</a></li>`
    )
  }
      </ul>
    </nav>
  `
}

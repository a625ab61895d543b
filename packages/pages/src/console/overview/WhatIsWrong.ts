/** What is wrong, and what should be looked at: where the engine tells nothing, that alone. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { Scope } from "../calls/Operator.ts"
import type { Overview } from "../calls/Wire.ts"
import { runbook, type Shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { durationOf } from "../words/Figures.ts"
import { now, timeOf } from "../words/Moments.ts"
import type { ProblemPage, ShownProblem } from "../words/ProblemCodes.ts"
import { refusalOf } from "../words/Refusals.ts"

const PAGES: Readonly<Record<ProblemPage, readonly [scope: Scope, words: string]>> = {
  "dead-letters": ["dlq", "Dead letters"],
  items: ["read", "Items"]
}

/** Where something can be done about it; which scope that needs, for who has it not. */
const way = (page: ProblemPage | undefined, may: (scope: Scope) => boolean): Shown => {
  if (page === undefined) return nothing
  const [scope, words] = PAGES[page]
  return may(scope)
    ? html`<a href=${hrefOf([page])}>${words}</a>`
    : html`<span>Your key has not the scope <code>${scope}</code>, which shows them.</span>`
}

const problem = ({ page, section, text, title, tone }: ShownProblem, may: (scope: Scope) => boolean): TemplateResult =>
  html`<li class=${tone}><strong>${title}</strong> <span>${text}</span> ${way(page, may)} ${runbook(section)}</li>`

const recoveries = ({ processors: { recovering } }: Overview): Shown =>
  recovering.length === 0 ? nothing : html`
    <p class="small">Recovering: ${
    recovering.slice(0, 5).map(({ at, partition, until }) =>
      html`partition ${partition}, ${countOf(Math.max(0, until - at))} records to go. `
    )
  }</p>
  `

const section = (content: Shown | ReadonlyArray<Shown>, below: Shown = nothing): TemplateResult =>
  html`<section class="problems" aria-label="What is wrong"><ul>${content}</ul>${below}</section>`

export const problems = (
  overview: Overview,
  found: ReadonlyArray<ShownProblem>,
  may: (scope: Scope) => boolean
): TemplateResult =>
  section(
    found.length === 0
      ? html`<li class="good"><strong>Nothing is wrong</strong></li>`
      : found.map((one) => problem(one, may)),
    recoveries(overview)
  )

const lastSeen = (heard: number | undefined): string =>
  heard === undefined
    ? ""
    : `Last seen ${timeOf(heard)}, ${durationOf(Math.max(0, Math.round((now() - heard) / 1_000)))} ago.`

/** Nothing is told any more: why, since when, and a way to ask at once. What was wrong before is not said of now. */
export const silence = (error: unknown, heard: number | undefined, again: () => void): TemplateResult => {
  const { section: where, text, title } = error === undefined
    ? { title: "Nothing is told", text: "Connecting again.", section: undefined }
    : refusalOf(error)
  return section(html`<li class=${error === undefined ? "warn" : "bad"}>
    <strong role="status">${title}</strong> <span>${lastSeen(heard)} ${text}</span>
    ${where === undefined ? nothing : runbook(where)}
    <button type="button" class="small" @click=${again}>Try again</button></li>`)
}

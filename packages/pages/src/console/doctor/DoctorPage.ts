/** `<console-doctor>`: what is wrong with the installation, the worst first, each with how to mend it. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { DoctorReport } from "../calls/AccountWire.ts"
import type { Scope } from "../calls/Operator.ts"
import { LOOK_MILLIS } from "../live/DoctorWatch.ts"
import { PageElement } from "../parts/PageElement.ts"
import { moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { pageOf, partsOf } from "../words/DoctorWords.ts"
import { durationOf, numbered } from "../words/Figures.ts"

type Finding = DoctorReport["findings"][number]
type Verdict = Finding["verdict"]

/** The scopes that pages need where that is not "read". */
const NEEDS: Readonly<Record<string, Scope>> = { "dead-letters": "dlq", orders: "orders" }

const LOOKS = { wrong: "bad", warning: "warn", not_looked_at: "plain", ok: "good" } as const

const SAID: Readonly<Record<DoctorReport["status"], readonly [title: string, text: string]>> = {
  wrong: ["Something is wrong", "Mend it before the next sale."],
  warning: ["Nothing is wrong", "Some of it should be known before a sale."],
  ok: ["Nothing is wrong", "All that was looked at is as it should be."]
}

const withCode = (text: string): ReadonlyArray<Shown> =>
  partsOf(text).map(({ isCode, text }) => isCode ? html`<code>${text}</code>` : text)

/** Where in the console it is, for who may see that. */
const way = (id: string, may: (scope: Scope) => boolean): Shown => {
  const [page, words] = pageOf(id) ?? []
  if (page === undefined || !may(NEEDS[page] ?? "read")) return nothing
  return html`<a href=${hrefOf([page])}>${words}</a>`
}

const finding = ({ about, detail, id, mend, verdict }: Finding, may: (scope: Scope) => boolean): TemplateResult =>
  html`
    <li class=${LOOKS[verdict]}>
      <p><strong>${withCode(about)}</strong> <code class="muted">${id}</code></p>
      <p>${withCode(detail)} ${way(id, may)}</p>
      ${mend === undefined ? nothing : html`<p><span class="muted">How to mend it:</span> ${withCode(mend)}</p>`}
    </li>
  `

const TITLES: ReadonlyArray<readonly [verdict: Verdict, title: string]> = [
  ["wrong", "Wrong"],
  ["warning", "Warnings"]
]
/** What nobody has to read, unless to be sure. */
const QUIET: ReadonlyArray<readonly [verdict: Verdict, title: string]> = [
  ["not_looked_at", "Not looked at"],
  ["ok", "As it should be"]
]

export class ConsoleDoctor extends PageElement {
  readonly #report = this.loads(async (signal) => {
    const report = await this.context.calls.get<DoctorReport>("/doctor", signal, {}, LOOK_MILLIS)
    this.context.doctor.see(report)
    return report
  })

  #part([verdict, title]: readonly [Verdict, string], { findings, sums }: DoctorReport): Shown {
    if (sums[verdict] === 0) return nothing
    const list = html`<ul>${
      findings.filter((one) => one.verdict === verdict).map((one) => finding(one, (scope) => this.may(scope)))
    }</ul>`
    const heading = `${title} (${countOf(sums[verdict])})`
    return QUIET.some(([quiet]) => quiet === verdict)
      ? html`<details class="problems"><summary>${heading}</summary>${list}</details>`
      : html`<section class="problems" aria-label=${title}><h2>${heading}</h2>${list}</section>`
  }

  #show(report: DoctorReport): Shown {
    const [title, text] = SAID[report.status]
    return html`
      <div class="problems"><ul><li class=${LOOKS[report.status]}><strong>${title}</strong> ${text}</li></ul></div>
      <p class="muted">${numbered(report.findings.length, "check")} by the gateway of release ${report.release}, in
        ${durationOf(report.took_ms / 1_000)}, ended ${moment(report.checked_at)}. A report is kept for 10&nbsp;s.</p>
      ${[...TITLES, ...QUIET].map((part) => this.#part(part, report))}
    `
  }

  override render() {
    return html`
      <div class="page-head">
        <h1>Doctor</h1>
        <div class="actions">
          <button type="button" @click=${() => this.#report.restart()}>Look again</button>
        </div>
      </div>
      <p class="muted">What <code>flash-sale doctor</code> looks at, as far as this gateway can. It changes nothing.
        ${runbook("doctor")}</p>
      ${shown(this.#report, (report) => this.#show(report))}
    `
  }
}

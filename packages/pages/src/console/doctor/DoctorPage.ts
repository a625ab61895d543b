/** `<console-doctor>`: what is wrong with the installation, the worst first, each with how to mend it. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { DoctorReport } from "../calls/AccountWire.ts"
import { PageElement } from "../parts/PageElement.ts"
import { moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { durationOf, numbered } from "../words/Figures.ts"

/** How long a look may take, in milliseconds: longer than the engine gives it. */
const LOOK_MILLIS = 100_000

type Finding = DoctorReport["findings"][number]
type Verdict = Finding["verdict"]

const LOOKS = { wrong: "bad", warning: "warn", not_looked_at: "plain", ok: "good" } as const

const SAID: Readonly<Record<DoctorReport["status"], readonly [title: string, text: string]>> = {
  wrong: ["Something is wrong", "Mend it before the next sale."],
  warning: ["Nothing is wrong", "Some of it should be known before a sale."],
  ok: ["Nothing is wrong", "All that was looked at is as it should be."]
}

const finding = ({ about, detail, id, mend, verdict }: Finding): TemplateResult =>
  html`
    <li class=${LOOKS[verdict]}>
      <strong>${detail}</strong>
      ${mend === undefined ? nothing : html`<p><span class="muted">How to mend it:</span> ${mend}</p>`}
      <p class="small muted"><code>${id}</code> ${about}</p>
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
  readonly #report = this.loads((signal) => this.context.calls.get<DoctorReport>("/doctor", signal, {}, LOOK_MILLIS))

  #part([verdict, title]: readonly [Verdict, string], { findings, sums }: DoctorReport): Shown {
    if (sums[verdict] === 0) return nothing
    const list = html`<ul>${findings.filter((one) => one.verdict === verdict).map(finding)}</ul>`
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
        ${durationOf(report.took_ms / 1_000)}, ended ${moment(report.checked_at)}. A report is kept for 10 s.</p>
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

/** The way of one order, step by step. */
import { html, nothing, type TemplateResult } from "lit"
import type { OrderDetails } from "../calls/Wire.ts"
import { moment, type Shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { letterIdOf } from "../words/OrderLetters.ts"
import { stepWords } from "../words/OrderWords.ts"

type Entry = OrderDetails["history"][number]

/** A step that is about a dead letter leads there. */
const entry = (step: Entry, seesLetters: boolean): TemplateResult => {
  const { by, data, offset, partition, reason, time, type } = step
  const isLetter = type.startsWith("letter.") && seesLetters
  return html`
    <li>
      <p><strong>${
    isLetter ? html`<a href=${hrefOf(["dead-letters", letterIdOf(step)])}>${stepWords(type)}</a>` : stepWords(type)
  }</strong> ${moment(time)}</p>
      ${by === undefined ? nothing : html`<p>By ${by}${reason === undefined ? "" : `: ${reason}`}</p>`}
      <details><summary>Event data</summary>
        <p class="small muted">Partition ${partition}, record ${offset}</p>
        <pre tabindex="0">${JSON.stringify(data, null, 2)}</pre></details>
    </li>
  `
}

/** `seesLetters` is whether dead letters may be looked at. */
export const history = ({ archived, history }: OrderDetails, seesLetters: boolean): Shown => {
  if (history.length > 0) return html`<ol class="history">${history.map((step) => entry(step, seesLetters))}</ol>`
  return html`<p class="muted">${
    archived ? "Nothing is known of its way." : "The archive has not read it yet: there is its status alone."
  }</p>`
}

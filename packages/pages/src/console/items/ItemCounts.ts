/** What is known of one item, as numbers. */
import { html, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { ItemDetails } from "../calls/Wire.ts"
import { left } from "../parts/ItemCells.ts"
import type { Shown } from "../parts/Panels.ts"
import { facts } from "../parts/Table.ts"
import { durationOf, rateOf } from "../words/Figures.ts"
import { now } from "../words/Moments.ts"
import { byCount, refusedWords } from "../words/RefusedWords.ts"
import { soldOutIn } from "../words/SaleWords.ts"

const soldOut = (item: ItemDetails): Shown => {
  const { rates } = item
  const pace = rates === undefined ? undefined : { seconds: rates.seconds, units: rates.left * rates.seconds }
  const seconds = soldOutIn(item, pace, now())
  if (seconds === undefined) return html`<dd class="figure">–</dd>`
  return html`<dd class="figure">${durationOf(seconds)}</dd><dd class="small muted">as in the last minute</dd>`
}

export const counts = (item: ItemDetails): TemplateResult =>
  html`
    <dl class="tiles">
      <div class="tile"><dt>Left</dt><dd>${left(item)}</dd></div>
      <div class="tile"><dt>Held</dt><dd class="figure">${countOf(item.held)}</dd></div>
      <div class="tile"><dt>Sold</dt><dd class="figure">${countOf(item.sold)}</dd></div>
      <div class="tile"><dt>Sold a second</dt><dd class="figure">${
    item.rates === undefined ? "–" : rateOf(item.rates.sold)
  }</dd></div>
      <div class="tile"><dt>Sold out in</dt>${soldOut(item)}</div>
      <div class="tile"><dt>Behind</dt><dd class="figure">${
    item.lag === undefined ? "–" : durationOf(item.lag.seconds)
  }</dd></div>
    </dl>
  `

/** Orders that never held units, by why. */
export const turnedAway = ({ refused = {} }: ItemDetails): Shown => {
  const reasons = byCount(refused)
  return reasons.length === 0
    ? html`<p class="muted">No order was turned away.</p>`
    : facts(reasons.map(([code, count]) => [refusedWords(code), countOf(count)]))
}

export const inTheLog = ({ lag, partition, position, stocked }: ItemDetails): TemplateResult =>
  facts([
    ["Stocked", countOf(stocked)],
    ["Partition", partition],
    ["Last record", position],
    ["Records not folded", lag === undefined ? "–" : countOf(lag.records)]
  ])

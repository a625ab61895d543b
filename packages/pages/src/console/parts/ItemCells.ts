/** How items, and how orders stand, are shown in tables. */
import { html, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { ItemRow, OrderRow } from "../calls/Wire.ts"
import { now } from "../words/Moments.ts"
import { statusWords } from "../words/OrderWords.ts"
import { saleWordsOf } from "../words/SaleWords.ts"
import { hrefOf } from "./Route.ts"

export const itemLink = ({ item_id: id }: Pick<ItemRow, "item_id">): TemplateResult =>
  html`<a href=${hrefOf(["items", id])}>${id}</a>`

/** To an order, for who may look at orders. */
export const orderLink = (id: string | undefined, item: string | undefined, mayLook: boolean): TemplateResult =>
  id !== undefined && mayLook ? html`<a href=${hrefOf(["orders", id], { item })}>${id}</a>` : html`${id ?? "–"}`

export const badge = (look: string, words: string): TemplateResult => html`<span class="badge ${look}">${words}</span>`

export const saleBadge = (item: Parameters<typeof saleWordsOf>[0]): TemplateResult => {
  const { look, words } = saleWordsOf(item, now())
  return badge(look, words)
}

/** What is left of what was put in, as a number and as a bar. */
export const left = ({ available, held, stocked }: Pick<ItemRow, "available" | "held" | "stocked">): TemplateResult => {
  const share = (units: number) => stocked === 0 ? "0" : `${(units / stocked) * 100}%`
  return html`
    <span class="left"><span class="figure">${countOf(available)} <span class="muted">of ${
    countOf(stocked)
  }</span></span>
      <svg class="bar" aria-hidden="true">
        <rect class="all" width="100%" height="100%"></rect>
        <rect class="held" width=${share(available + held)} height="100%"></rect>
        <rect class="available" width=${share(available)} height="100%"></rect>
      </svg></span>
  `
}

export const statusBadge = (status: OrderRow["status"]): TemplateResult => {
  const [words, look] = statusWords(status)
  return badge(look, words)
}

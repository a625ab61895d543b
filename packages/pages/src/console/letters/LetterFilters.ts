/** Which dead letters are shown: by reason, item and age, as the place says it. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { LetterPage } from "../calls/Wire.ts"
import { hrefOf, type Route } from "../parts/Route.ts"
import { REASONS } from "../words/LetterWords.ts"

const AGES = [["", "Any age"], ["10m", "Older than 10 min"], ["1h", "Older than 1 h"], [
  "1d",
  "Older than 1 d"
]] as const

export const filterOf = ({ query }: Route): Readonly<Record<string, string>> =>
  Object.fromEntries(["reason", "item", "older_than"].flatMap((name) => {
    const value = query.get(name) ?? ""
    return value === "" ? [] : [[name, value]]
  }))

/** How many there are of each reason, whatever is filtered; without numbers until they are known. */
export const tabs = (route: Route, open: LetterPage["open"] | undefined): TemplateResult => {
  const { reason, ...others } = filterOf(route)
  const tab = (words: string, count: number | undefined, value: string | undefined) =>
    html`<a href=${hrefOf(["dead-letters"], { ...others, reason: value })} aria-current=${
      reason === value ? "true" : nothing
    }>${words} <span class="count ${(count ?? 0) === 0 ? "none" : ""}">${
      count === undefined ? "–" : countOf(count)
    }</span></a>`
  return html`<nav class="tabs" aria-label="By reason">${tab("All", open?.total, undefined)}
    ${REASONS.map((one) => tab(one, open === undefined ? undefined : open.by_reason[one] ?? 0, one))}</nav>`
}

export const filters = (route: Route): TemplateResult => {
  const filter = filterOf(route)
  const go = (change: Readonly<Record<string, string>>) =>
    location.hash = hrefOf(["dead-letters"], { ...filter, ...change })
  const valueOf = ({ target }: Event) => (target as HTMLInputElement).value.trim()
  return html`
    <form class="filters" aria-label="Filter" @submit=${(event: Event) => event.preventDefault()}>
      <label>Item <input type="search" .value=${filter["item"] ?? ""} autocomplete="off"
        @change=${(event: Event) => go({ item: valueOf(event) })}></label>
      <label>Age <select @change=${(event: Event) => go({ older_than: valueOf(event) })}>
        ${
    AGES.map(([value, words]) =>
      html`<option value=${value} .selected=${value === (filter["older_than"] ?? "")}>${words}</option>`
    )
  }</select></label>
    </form>
  `
}

/** The states of what is asked for: loading, empty, refused, broken, old. Each has its look and its words. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { html, nothing, type TemplateResult } from "lit"
import { localOf, timeOf, utcOf } from "../words/Moments.ts"
import { refusalOf, traceOf } from "../words/Refusals.ts"
import type { Loaded } from "./Loaded.ts"

export type Shown = TemplateResult | typeof nothing | string

/** A section of the runbook, which the console has beside it: in a window that has the key, as it leads back. */
export const runbook = (section: string, words = "Runbook"): TemplateResult =>
  html`<a class="runbook" href="/console/runbook#${section}" target="_blank" rel="opener">${words}</a>`

/** A moment for the reader, with UTC beside. */
export const moment = (iso: string | undefined): Shown => {
  const millis = Date.parse(iso ?? "")
  return Number.isNaN(millis) ? "–" : html`<time datetime=${iso!}><span>${localOf(millis)}</span>
      <span class="muted">(${utcOf(millis)})</span></time>`
}

export const empty = (title: string, text: Shown = nothing): TemplateResult =>
  html`<div class="state"><strong>${title}</strong><p>${text}</p></div>`

/** What is not there is no trouble of the engine's, and is not there when it is asked again. */
export const isNotFound = (error: unknown): boolean => error instanceof FlashSaleError && error.status === 404

/** Something was refused, or did not come. */
export const refused = (error: unknown, again?: () => void): TemplateResult => {
  const { section, text, title } = refusalOf(error)
  const trace = traceOf(error)
  const isAskedAgain = again !== undefined && !isNotFound(error)
  return html`
    <div class="state ${isNotFound(error) ? "" : "bad"}" role="alert">
      <strong>${title}</strong>
      <p>${text} ${section === undefined ? nothing : runbook(section)}</p>
      ${trace === undefined ? nothing : html`<p class="small muted">Correlation id <code>${trace}</code></p>`}
      ${isAskedAgain ? html`<button type="button" @click=${again}>Try again</button>` : nothing}
    </div>
  `
}

/** What is shown may be old: since when, and why. */
export const stale = (at: number | undefined, why: string, again?: () => void): TemplateResult =>
  html`<p class="stale" role="status">As of ${at === undefined ? "before" : timeOf(at)}. ${why} ${
    again === undefined ? nothing : html`<button type="button" class="small" @click=${again}>Try again</button>`
  }</p>`

/** What was asked for, in the state that it is in. `isSaid` is whether the page says already that it may be old. */
export const shown = <A>(loaded: Loaded<A>, show: (value: A) => Shown, isSaid = false): Shown => {
  const { error, value } = loaded
  const retry = () => loaded.reload()
  if (value === undefined) {
    return error === undefined || isSaid
      ? html`<div class="state loading" aria-busy="true"><span class="hidden">Loading</span></div>`
      : refused(error, retry)
  }
  const age = isSaid
    ? nothing
    : error !== undefined
    ? stale(loaded.at, refusalOf(error).title, retry)
    : loaded.isOld
    ? stale(loaded.at, "Looking again.")
    : nothing
  return html`${age} <div class="contents ${error === undefined ? "" : "old"}">${show(value)}</div>`
}

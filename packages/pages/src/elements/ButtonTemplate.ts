/** The markup of the button, from what it shows. */
import type { ItemStanding } from "@flash-sale/client"
import { html, nothing } from "lit"
import { stepOf } from "../order/OrderState.ts"
import * as Words from "../order/Words.ts"
import { countOf } from "../sale/TimeLeft.ts"
import type { ButtonView } from "./ButtonView.ts"
import { type Action, type Message, type Press, priceOf, type Seen } from "./SaleOffer.ts"

const STEPS = ["In line", "Yours", "Paid"]

const share = (units: number, all: number): string => `${all === 0 ? 0 : (units / all) * 100}%`

/** What is left, and what others have in their baskets, of all that there was. */
const bar = ({ available, held, sold }: ItemStanding) => {
  const all = available + held + sold
  return html`
    <svg class="bar" aria-hidden="true">
      <rect class="all" width="100%" height="100%"></rect>
      <rect class="held" width=${share(available + held, all)} height="100%"></rect>
      <rect class="left" width=${share(available, all)} height="100%"></rect>
    </svg>
  `
}

const stock = ({ available, held, sold }: ItemStanding) =>
  html`
    <div>
      <p class="muted small">Left</p>
      <p class="figure">
        ${countOf(available)} <span class="unit">of ${countOf(available + held + sold)}</span>
      </p>
    </div>
  `

const price = ({ sale: { per_user_limit: limit, ...sale } }: ItemStanding) => {
  const shown = priceOf(sale)
  if (shown === undefined && limit === undefined) return nothing
  return html`
    <div>
      <p class="muted small">${limit === undefined ? "Each" : `Up to ${limit} each`}</p>
      <p class="figure amount">${shown ?? nothing}</p>
    </div>
  `
}

const steps = (seen: Seen) => {
  const step = stepOf(seen.order)
  return html`
    <ol class="steps" aria-label="Your order" ?hidden=${step === undefined}>
      ${
    STEPS.map((name, at) => {
      const isDone = step !== undefined && (at < step || step === 2)
      return html`<li class=${isDone ? "done" : ""} aria-current=${at === step ? "step" : nothing}>${name}</li>`
    })
  }
    </ol>
  `
}

const message = (shown: Message | undefined) =>
  html`
    <div class="message ${shown?.tone ?? "none"}">
      ${shown === undefined ? nothing : html`<strong>${shown.title}</strong><p>${shown.text}</p>`}
    </div>
  `

/** What a screen reader says when it changes. */
const spoken = (shown: Message | undefined): string =>
  shown === undefined ? "" : `${shown.said ?? shown.title}. ${shown.text}`

const button = ({ label, press }: Action, look: string, onPress: (press: Press) => void) =>
  html`
    <button type="button" class=${look} part=${look} aria-disabled=${press === undefined}
      @click=${() => press !== undefined && onPress(press)}>${label}</button>
  `

/** Whether the counts are those of now, and why not. */
const standing = ({ isOnline, isStale, problem }: Seen): string => {
  if (!isOnline) return "Offline"
  if (problem !== undefined) return `${Words.ofSilence(problem).title} (${problem}). Connecting again`
  return isStale ? "Connecting again" : "Live"
}

const link = (seen: Seen) =>
  html`
    <p class="link small muted ${seen.isStale || !seen.isOnline ? "stale" : ""}">${standing(seen)}</p>
  `

/** What comes and goes has its room from the start, or is below everything else: nothing jumps. */
export const template = (seen: Seen, view: ButtonView, onPress: (press: Press) => void) => {
  const { isOnline, isStale, item } = seen
  return html`
    <div class="frame">
      <div class="top ${isStale || !isOnline ? "old" : ""}">
        ${item === undefined ? nothing : html`${stock(item)} ${price(item)}`}
      </div>
      ${item === undefined ? html`<svg class="bar" aria-hidden="true"></svg>` : bar(item)}
      ${item === undefined ? html`<p class="link small"></p>` : link(seen)}
      ${button(view.main, "main", onPress)}
      ${steps(seen)}
      ${message(view.message)}
      ${view.other === undefined ? nothing : button(view.other, "quiet", onPress)}
      <p class="hidden" role="status">${spoken(view.message)}</p>
    </div>
  `
}

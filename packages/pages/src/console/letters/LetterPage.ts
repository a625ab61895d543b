/** `<console-letter>`: one dead letter as a whole, and what would become of it now. */
import { html, nothing, type TemplateResult } from "lit"
import { moneyOf } from "../../sale/TimeLeft.ts"
import { part } from "../calls/AdminCalls.ts"
import type { LetterDetails } from "../calls/Wire.ts"
import { badge, itemLink, orderLink, statusBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { facts } from "../parts/Table.ts"
import { outcomeWords } from "../words/LetterWords.ts"
import { discard, dryRun, replay, type Selection } from "./LetterChanges.ts"

const EVERY = 5_000

const SECTIONS = {
  "Payment Timeout": "dead-letters",
  "Invalid Order Format": "dead-letters",
  "Payment Without Order": "payments-without-an-order"
} as const

/** The record as far as it may be shown. */
const recordOf = ({ value, value_base64: base64, value_text: text }: LetterDetails): string =>
  value === undefined ? text ?? base64 ?? "Nothing of it may be shown." : JSON.stringify(value, null, 2)

const handled = ({ handling, state }: LetterDetails): Shown =>
  state === "open"
    ? nothing
    : html`<p class="stale">Handled${
      handling === undefined
        ? ", too long ago to know by whom."
        : html`: ${handling.action} by ${handling.by}, ${moment(handling.at)}: ${handling.reason}`
    }</p>`

const price = ({ letter }: LetterDetails): string =>
  letter?.price === undefined || letter.currency === undefined ? "–" : moneyOf(letter.price, letter.currency)

export class ConsoleLetter extends PageElement {
  readonly #letter = this.loads(
    (signal) => this.context.calls.get<LetterDetails>(`/dead-letters/${part(this.#id)}`, signal),
    EVERY
  )
  readonly #outlook = this.loads(
    (signal) =>
      dryRun(this.context.calls, { kind: "these", letters: [{ id: this.#id, reason: "Payment Timeout" }] }, signal),
    EVERY
  )

  get #id(): string {
    return this.route.path[1] ?? ""
  }

  readonly #after = () => {
    this.#letter.reload()
    this.#outlook.reload()
  }

  #actions({ letter }: LetterDetails): Shown {
    if (letter === undefined) return nothing
    const { ask, calls } = this.context
    const selection: Selection = { kind: "these", letters: [letter] }
    return html`
      <div class="actions">
        ${
      letter.reason === "Payment Timeout"
        ? html`<button type="button" @click=${() =>
          ask(replay(calls, selection, this.#after, this.may("orders")))}>Replay…</button>`
        : nothing
    }
        <button type="button" class="danger" @click=${() =>
      ask(discard(calls, selection, this.#after))}>Discard…</button>
      </div>
    `
  }

  #outlookOf(): Shown {
    const { error, value } = this.#outlook
    if (value === undefined && error === undefined) return html`<p class="muted">–</p>`
    return shown(
      this.#outlook,
      ([outcome]) =>
        outcome === undefined ? html`<p class="muted">–</p>` : html`<p>Its order ${outcomeWords(outcome)}.</p>`
    )
  }

  #show(details: LetterDetails): TemplateResult {
    const { letter } = details
    const section = letter === undefined ? "dead-letters" : SECTIONS[letter.reason]
    return html`
      <div class="page-head"><h1>${details.id}</h1>
        ${letter === undefined ? badge("plain", "Handled") : badge("warn", letter.reason)} ${runbook(section)}
        ${this.#actions(details)}</div>
      ${handled(details)}
      <div class="columns">
        <section aria-labelledby="letter"><h2 id="letter">Letter</h2>
          ${
      facts([
        ["Item", letter?.item_id === undefined ? "–" : itemLink({ item_id: letter.item_id })],
        ["Order", orderLink(letter?.request_id, letter?.item_id, this.may("orders"))],
        ["Order is now", details.order?.status === undefined ? "–" : statusBadge(details.order.status)],
        ["Attempt", letter?.attempt ?? "–"],
        ["Price of one unit", price(details)],
        ["Put at", moment(letter?.put_at)],
        ["Correlation id", letter?.correlation_id ?? "–"]
      ])
    }
        </section>
        <section aria-labelledby="record"><h2 id="record">Record</h2><pre tabindex="0">${
      recordOf(details)
    }</pre></section>
        ${
      letter === undefined ?
        nothing :
        html`<section aria-labelledby="outlook"><h2 id="outlook">If it were replayed now</h2>
          ${this.#outlookOf()}</section>`
    }
      </div>
    `
  }

  override render() {
    return html`
      <p class="crumbs"><a href=${hrefOf(["dead-letters"])}>Dead letters</a></p>
      ${shown(this.#letter, (details) => this.#show(details))}
    `
  }
}

/** `<console-order>`: one order, its history, and what can still be done about it. */
import { html, nothing, type TemplateResult } from "lit"
import { part } from "../calls/AdminCalls.ts"
import type { OrderDetails } from "../calls/Wire.ts"
import { replay } from "../letters/LetterChanges.ts"
import { latestOf } from "../parts/Change.ts"
import { find, FIND_ORDER } from "../parts/Find.ts"
import { itemLink, statusBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { isNotFound, moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { facts } from "../parts/Table.ts"
import { letterOf } from "../words/OrderLetters.ts"
import { moneyOfOrder } from "../words/OrderWords.ts"
import { canBeCancelled, canBeRefunded, cancel, isSameOrder, refund } from "./OrderChanges.ts"
import { history } from "./OrderHistory.ts"

const EVERY = 3_000

const due = ({ refund_due: payments }: OrderDetails["order"]): Shown =>
  payments === undefined ?
    nothing :
    html`<p class="stale">The shop owes its buyer: ${
      payments.map(({ reference }) => html`<code>${reference}</code> `)
    } ${runbook("payments-without-an-order")}</p>`

export class ConsoleOrder extends PageElement {
  readonly #order = this.loads((signal) =>
    this.context.calls.get<OrderDetails>(`/orders/${part(this.#id)}`, signal, {
      item: this.route.query.get("item") ?? undefined
    }), EVERY)
  readonly #after = () => this.#order.reload()

  get #id(): string {
    return this.route.path[1] ?? ""
  }

  /** The order's dead letter while it is open, and what can be done about it. */
  #letter({ history }: OrderDetails): Shown {
    const letter = letterOf(history)
    if (letter === undefined || !letter.isOpen) return nothing
    const link = this.may("dlq") ? html`<a href=${hrefOf(["dead-letters", letter.id])}>${letter.id}</a>` : letter.id
    return html`<p class="stale">It needs a person: ${letter.reason}, dead letter ${link}.
      ${runbook("dead-letters")}</p>`
  }

  #replay({ history }: OrderDetails): Shown {
    const letter = letterOf(history)
    if (letter?.isOpen !== true || letter.reason !== "Payment Timeout" || !this.may("dlq")) return nothing
    const { ask, calls } = this.context
    return html`<button type="button" @click=${() =>
      ask(replay(calls, { kind: "these", letters: [letter] }, this.#after, true))}>Replay…</button>`
  }

  #actions(details: OrderDetails): TemplateResult {
    const { order } = details
    const { ask, calls } = this.context
    const latest = latestOf(order, () => this.#order.value?.order, isSameOrder)
    return html`
      <div class="actions">
        ${this.#replay(details)}
        ${
      this.may("orders") && canBeCancelled(order)
        ? html`<button type="button" class="danger" @click=${() =>
          ask(cancel(calls, latest, this.#after))}>Cancel…</button>`
        : nothing
    }
        ${
      this.may("refunds") && canBeRefunded(order)
        ? html`<button type="button" class="danger" @click=${() =>
          ask(refund(calls, latest, this.#after))}>Refund…</button>`
        : nothing
    }
      </div>
    `
  }

  #facts({ order }: OrderDetails): TemplateResult {
    const isOpen = order.expires_at !== undefined && order.confirmed !== true
    return facts([
      ["Item", itemLink(order)],
      ["Buyer", order.user_id ?? "–"],
      ["Units", order.amount ?? "–"],
      ["Money", moneyOfOrder(order) ?? "–"],
      ...(order.reason === undefined ? [] : [["Why", order.reason] as const]),
      ...(isOpen ? [["Held until", moment(order.expires_at)] as const] : []),
      ...(order.payment_reference === undefined ? [] : [["Paid to the shop", order.payment_reference] as const]),
      ["Attempt", order.attempt],
      ["Accepted", moment(order.created_at)],
      ["Since", moment(order.updated_at)],
      ["Correlation id", order.correlation_id ?? "–"]
    ])
  }

  #others({ other_items: others = [] }: OrderDetails): Shown {
    if (others.length === 0) return nothing
    const links = others.map((item) => html`<a href=${hrefOf(["orders", this.#id], { item })}>${item}</a> `)
    return html`<p class="stale">Other items have an order under this id: ${links}</p>`
  }

  #show(details: OrderDetails): TemplateResult {
    const { order } = details
    const notes = Object.entries(order.metadata ?? {})
    return html`
      <div class="page-head"><h1>${order.request_id}</h1> ${statusBadge(order.status)}
        ${order.refund === "pending" ? html`<span class="muted">Refund under way</span>` : nothing}
        ${this.#actions(details)}</div>
      ${this.#letter(details)} ${due(order)} ${this.#others(details)}
      <div class="columns">
        <section aria-labelledby="order"><h2 id="order">Order</h2>${this.#facts(details)}</section>
        <section aria-labelledby="history"><h2 id="history">History</h2>${history(details, this.may("dlq"))}</section>
        ${
      notes.length === 0
        ? nothing
        : html`<section aria-labelledby="notes"><h2 id="notes">Notes of the shop</h2>${facts(notes)}</section>`
    }
      </div>
    `
  }

  override render() {
    return html`
      <p class="crumbs"><a href=${hrefOf(["orders"])}>Orders</a></p>
      ${isNotFound(this.#order.error) ? find({ ...FIND_ORDER, id: this.#id }) : nothing}
      ${shown(this.#order, (details) => this.#show(details))}
    `
  }
}

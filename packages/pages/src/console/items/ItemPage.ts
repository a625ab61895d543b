/** `<console-item>`: one item, how it goes, and its switches. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import { part } from "../calls/AdminCalls.ts"
import type { ItemDetails } from "../calls/Wire.ts"
import { type Change, latestOf } from "../parts/Change.ts"
import { find, FIND_ITEM } from "../parts/Find.ts"
import { saleBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { isNotFound, moment, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { facts } from "../parts/Table.ts"
import { durationOf } from "../words/Figures.ts"
import { priceOf } from "../words/SaleWords.ts"
import { counts, inTheLog, turnedAway } from "./ItemCounts.ts"
import { HOLD, holds, limit, price } from "./PriceChanges.ts"
import { pause, times } from "./SaleChanges.ts"
import { addStock, setStock } from "./StockChanges.ts"

const EVERY = 2_000

export class ConsoleItem extends PageElement {
  readonly #item = this.loads(
    (signal) => this.context.calls.get<ItemDetails>(`/items/${part(this.#id)}`, signal),
    EVERY
  )
  readonly #after = () => this.#item.reload()

  get #id(): string {
    return this.route.path[1] ?? ""
  }

  #button(words: string, change: Change, look = ""): TemplateResult {
    return html`<button type="button" class=${look} @click=${() => this.context.ask(change)}>${words}</button>`
  }

  /** A setting, and what changes it. */
  #setting(name: string, value: Shown, change: () => Change): readonly [name: string, value: Shown] {
    const button = this.may("sale")
      ? html`<button type="button" class="small" aria-label="Change: ${name}" @click=${() =>
        this.context.ask(change())}>
        Change</button>`
      : nothing
    return [name, html`<span>${value}</span> ${button}`]
  }

  #sale(item: ItemDetails): Shown {
    const { calls } = this.context
    const { sale } = item
    const [held, most] = [sale.hold_seconds ?? HOLD.usual, sale.max_hold_seconds ?? HOLD.most]
    return facts([
      this.#setting("Opens", moment(sale.opens_at), () => times(calls, item, this.#after)),
      this.#setting("Closes", moment(sale.closes_at), () => times(calls, item, this.#after)),
      this.#setting("Price of one unit", priceOf(sale) ?? "none", () => price(calls, item, this.#after)),
      this.#setting(
        "Limit per buyer",
        sale.per_user_limit === undefined ? "none" : countOf(sale.per_user_limit),
        () => limit(calls, item, this.#after)
      ),
      this.#setting(
        "Holds",
        `${durationOf(held)}, at the most ${durationOf(most)}`,
        () => holds(calls, item, this.#after)
      )
    ])
  }

  #switches(item: ItemDetails): Shown {
    const { calls } = this.context
    const after = this.#after
    // Orders go on while somebody reads what will be done.
    const latest = latestOf(item, () => this.#item.value, (one, other) => one.item_id === other.item_id)
    return html`
      ${
      this.may("stock")
        ? html`${this.#button("Put units in…", addStock(calls, latest, 1, after))}
          ${this.#button("Take units out…", addStock(calls, latest, -1, after))}
          ${this.#button("Set stock…", setStock(calls, latest, after))}`
        : nothing
    }
      ${
      this.may("sale")
        ? this.#button(
          item.sale.paused ? "Resume…" : "Pause…",
          pause(calls, item, after),
          item.sale.paused ? "main" : "danger"
        )
        : nothing
    }
    `
  }

  #show(item: ItemDetails): Shown {
    return html`
      <div class="page-head">
        <h1>${item.item_id}</h1>
        ${saleBadge(item)}
        <div class="actions">${this.#switches(item)}</div>
      </div>
      ${counts(item)}
      <div class="columns">
        <section aria-labelledby="how-sold"><h2 id="how-sold">How it is sold</h2>${this.#sale(item)}</section>
        <section aria-labelledby="turned-away"><h2 id="turned-away">Orders turned away</h2>${turnedAway(item)}</section>
        <section aria-labelledby="in-the-log"><h2 id="in-the-log">In the log</h2>${inTheLog(item)}</section>
      </div>
    `
  }

  override render() {
    return html`
      <p class="crumbs"><a href=${hrefOf(["items"])}>Items</a></p>
      ${isNotFound(this.#item.error) ? find({ ...FIND_ITEM, id: this.#id }) : nothing}
      ${shown(this.#item, (item) => this.#show(item))}
    `
  }
}

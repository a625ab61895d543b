/** `<console-items>`: every item, page by page. */
import { html, nothing } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { ItemPage, ItemRow } from "../calls/Wire.ts"
import { find, FIND_ITEM } from "../parts/Find.ts"
import { badge, itemLink, left, saleBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, type Shown, shown } from "../parts/Panels.ts"
import { type Column, pager, table } from "../parts/Table.ts"
import { priceOf } from "../words/SaleWords.ts"
import { everySale } from "./EverySaleChange.ts"
import { newItem } from "./NewItem.ts"

const EVERY = 3_000

const COLUMNS: ReadonlyArray<Column<ItemRow>> = [
  { name: "Item", of: itemLink },
  { name: "Sale", of: saleBadge },
  { name: "Left", of: left },
  { name: "Held", of: ({ held }) => countOf(held), isNumber: true, isWide: true },
  { name: "Sold", of: ({ sold }) => countOf(sold), isNumber: true },
  { name: "Price", of: ({ sale }) => priceOf(sale) ?? "–", isNumber: true, isWide: true },
  { name: "Limit", of: ({ sale }) => sale.per_user_limit ?? "–", isNumber: true, isWide: true },
  { name: "Partition", of: ({ partition }) => partition, isNumber: true, isWide: true }
]

export class ConsoleItems extends PageElement {
  readonly #page = this.loads(
    (signal) =>
      this.context.calls.get<ItemPage>("/items", signal, { cursor: this.route.query.get("cursor") ?? undefined }),
    EVERY
  )

  #actions(): Shown {
    const { ask, calls } = this.context
    const after = () => this.#page.reload()
    return html`
      ${
      this.may("stock")
        ? html`<button type="button" @click=${() => ask(newItem(calls, after))}>New item…</button>`
        : nothing
    }
      ${
      this.may("sale")
        ? html`
            <button type="button" class="danger" @click=${() =>
          ask(everySale(calls, true, after))}>Pause every sale…</button>
            <button type="button" @click=${() => ask(everySale(calls, false, after))}>Resume every sale…</button>
          `
        : nothing
    }
    `
  }

  #list({ items, next, stopped }: ItemPage): Shown {
    // A page looks into so many partitions, which may hold none while those after them do.
    const isEmpty = items.length === 0 && stopped.length === 0
    if (isEmpty && next === undefined && !this.route.query.has("cursor")) {
      return empty("There are no items", "An item begins with its first stock.")
    }
    return html`
      ${
      stopped.length === 0 ?
        nothing :
        html`<p class="stale">Items that stand still, as they are damaged: ${
          stopped.map((id) => html`${badge("bad", id)} `)
        }</p>`
    }
      ${
      isEmpty ?
        empty("None on this page", next === undefined ? "There are no more." : "There may be some on the next page.") :
        table("Items", COLUMNS, items)
    }
      ${pager(this.route, next)}
    `
  }

  override render() {
    return html`
      <div class="page-head">
        <h1>Items</h1>
        ${find(FIND_ITEM)}
        <div class="actions">${this.#actions()}</div>
      </div>
      ${shown(this.#page, (page) => this.#list(page))}
    `
  }
}

/** `<console-items>`: every item, page by page. */
import { html, nothing } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { ItemPage, ItemRow } from "../calls/Wire.ts"
import { find, FIND_ITEM } from "../parts/Find.ts"
import { badge, itemLink, left, saleBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, type Shown, shown } from "../parts/Panels.ts"
import { type Column, pager, table } from "../parts/Table.ts"
import { numbered } from "../words/Figures.ts"
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
  static override properties = { ...PageElement.properties, typed: { state: true } }

  /** A part of the ids that are shown. */
  declare typed: string
  readonly #page = this.loads(
    (signal) =>
      this.context.calls.get<ItemPage>("/items", signal, { cursor: this.route.query.get("cursor") ?? undefined }),
    EVERY
  )

  constructor() {
    super()
    this.typed = ""
  }

  /** Those of the page that have in their id what is typed: the engine finds whole ids alone. */
  #matching(items: ReadonlyArray<ItemRow>, isAll: boolean): Shown {
    if (this.typed === "") return table("Items", COLUMNS, items)
    const typed = this.typed.toLowerCase()
    const found = items.filter(({ item_id: id }) => id.toLowerCase().includes(typed))
    const words = `${countOf(found.length)} of the ${numbered(items.length, "item")} on this page`
    return html`<p class="small muted" role="status">${words}.
        ${isAll ? "" : "Items of other pages are found by their whole id: Go leads there."}</p>
      ${found.length === 0 ? nothing : table("Items", COLUMNS, found)}`
  }

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
        this.#matching(items, next === undefined && !this.route.query.has("cursor"))
    }
      ${pager(this.route, next)}
      ${next === undefined ? nothing : html`<p class="small muted">In the order of their partitions.</p>`}
    `
  }

  override render() {
    return html`
      <div class="page-head">
        <h1>Items</h1>
        ${find({ ...FIND_ITEM, onTyped: (typed) => this.typed = typed })}
        <div class="actions">${this.#actions()}</div>
      </div>
      ${shown(this.#page, (page) => this.#list(page))}
    `
  }
}

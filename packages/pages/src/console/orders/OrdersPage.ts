/** `<console-orders>`: orders of any age: one by its id, or those that match. */
import { html, type TemplateResult } from "lit"
import type { OrderPage, OrderRow } from "../calls/Wire.ts"
import { find, FIND_ORDER } from "../parts/Find.ts"
import { itemLink, statusBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf, type Route } from "../parts/Route.ts"
import { type Column, pager, table } from "../parts/Table.ts"
import { fieldOf, isoOf } from "../words/Moments.ts"
import { moneyOfOrder, noOrdersWords, STATUSES, statusWords } from "../words/OrderWords.ts"

const EVERY = 10_000
const FILTERS = ["item", "user", "status", "from", "until"] as const

const filterOf = ({ query }: Route): Readonly<Record<string, string>> =>
  Object.fromEntries(FILTERS.flatMap((name) => {
    const value = query.get(name) ?? ""
    return value === "" ? [] : [[name, value]]
  }))

const COLUMNS: ReadonlyArray<Column<OrderRow>> = [
  {
    name: "Order",
    of: ({ item_id: item, request_id: id }) => html`<a href=${hrefOf(["orders", id], { item })}>${id}</a>`
  },
  { name: "Status", of: ({ status }) => statusBadge(status) },
  { name: "Item", of: itemLink },
  { name: "Buyer", of: ({ user_id: user }) => user ?? "–", isWide: true },
  { name: "Units", of: ({ amount }) => amount ?? "–", isNumber: true, isWide: true },
  { name: "Money", of: (order) => moneyOfOrder(order) ?? "–", isNumber: true, isWide: true },
  { name: "Accepted", of: ({ created_at: at }) => moment(at) }
]

export class ConsoleOrders extends PageElement {
  readonly #page = this.loads((signal) =>
    this.context.calls.get<OrderPage>("/orders", signal, {
      ...filterOf(this.route),
      cursor: this.route.query.get("cursor") ?? undefined
    }), EVERY)

  #go(name: string, value: string | undefined): void {
    location.hash = hrefOf(["orders"], { ...filterOf(this.route), [name]: value })
  }

  #filters(): TemplateResult {
    const filter = filterOf(this.route)
    const valueOf = ({ target }: Event) => (target as HTMLInputElement).value.trim()
    const text = (name: string, label: string) =>
      html`<label>${label} <input type="search" autocomplete="off" .value=${filter[name] ?? ""}
        @change=${(event: Event) => this.#go(name, valueOf(event))}></label>`
    const at = (name: string, label: string) =>
      html`<label>${label} <input type="datetime-local"
        .value=${filter[name] === undefined ? "" : fieldOf(Date.parse(filter[name]!)).slice(0, 16)}
        @change=${(event: Event) => this.#go(name, isoOf(valueOf(event)))}></label>`
    return html`
      <form class="filters" aria-label="Filter" @submit=${(event: Event) => event.preventDefault()}>
        ${text("item", "Item")} ${text("user", "Buyer")}
        <label>Status <select @change=${(event: Event) => this.#go("status", valueOf(event))}>
          <option value="" .selected=${filter["status"] === undefined}>Any</option>
          ${
      STATUSES.map((status) =>
        html`<option value=${status} .selected=${status === filter["status"]}>${statusWords(status)[0]}</option>`
      )
    }</select></label>
        ${at("from", "Accepted from")} ${at("until", "Accepted before")}
      </form>
    `
  }

  #list({ next, orders }: OrderPage): Shown {
    return html`
      ${
      orders.length === 0
        ? empty("No orders", noOrdersWords(filterOf(this.route)))
        : table("Orders", COLUMNS, orders)
    }
      ${pager(this.route, next)}
    `
  }

  override render() {
    return html`
      <div class="page-head">
        <h1>Orders</h1>
        ${find(FIND_ORDER)}
      </div>
      ${this.#filters()}
      ${shown(this.#page, (page) => this.#list(page))}
    `
  }
}

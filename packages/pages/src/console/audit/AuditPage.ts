/** `<console-audit>`: who changed what, when and why. */
import { html, type TemplateResult } from "lit"
import type { AuditPage, AuditRow } from "../calls/AccountWire.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { type Column, pager, table } from "../parts/Table.ts"
import { doneOf, webhookOf } from "../words/AuditWords.ts"
import { fieldOf, isoOf } from "../words/Moments.ts"

const EVERY = 5_000

const link = (path: ReadonlyArray<string>, words: string): TemplateResult => html`<a href=${hrefOf(path)}>${words}</a>`

/** What it was done to: an order, an item, or a webhook. */
const about = (entry: AuditRow): Shown => {
  const { item_id: item, request_id: order } = entry
  if (order !== undefined) return link(["orders", order], order)
  if (item !== undefined) return link(["items", item], item)
  const webhook = webhookOf(entry)
  return webhook === undefined ? "–" : link(["webhooks", webhook], webhook)
}

const COLUMNS: ReadonlyArray<Column<AuditRow>> = [
  { name: "When", of: ({ time }) => moment(time) },
  { name: "Who", of: ({ by }) => by },
  { name: "What", of: doneOf, isText: true },
  { name: "Of", of: about },
  { name: "Why", of: ({ reason }) => reason ?? "–", isText: true }
]

const FILTERS = ["item", "by", "since"] as const

export class ConsoleAudit extends PageElement {
  readonly #page = this.loads((signal) => {
    const { query } = this.route
    const of = (name: string) => query.get(name) ?? undefined
    return this.context.calls.get<AuditPage>("/audit", signal, {
      item: of("item"),
      by: of("by"),
      since: of("since"),
      cursor: of("cursor")
    })
  }, EVERY)

  #find = (event: Event) => {
    event.preventDefault()
    const typed = new FormData(event.target as HTMLFormElement)
    const of = (name: typeof FILTERS[number]) => String(typed.get(name) ?? "").trim()
    location.hash = hrefOf(["audit"], { item: of("item"), by: of("by"), since: isoOf(of("since")) })
  }

  #filters(): Shown {
    const { query } = this.route
    const since = Date.parse(query.get("since") ?? "")
    return html`
      <form class="filters" role="search" @submit=${this.#find}>
        <label>Item <input name="item" autocomplete="off" .value=${query.get("item") ?? ""}></label>
        <label>Who <input name="by" autocomplete="off" .value=${query.get("by") ?? ""}></label>
        <label>Since <input name="since" type="datetime-local" step="1"
          .value=${Number.isNaN(since) ? "" : fieldOf(since)}></label>
        <button type="submit">Find</button>
      </form>
    `
  }

  #list({ entries, next }: AuditPage): Shown {
    if (entries.length > 0) return html`${table("Changes by hand", COLUMNS, entries)} ${pager(this.route, next)}`
    return FILTERS.some((name) => this.route.query.has(name))
      ? empty("Nothing was found", "No change by hand is like this.")
      : empty("Nothing was done yet", "Every change of stock, of a sale or of an order by hand stands here.")
  }

  override render() {
    return html`
      <div class="page-head"><h1>Audit</h1></div>
      ${this.#filters()}
      ${shown(this.#page, (page) => this.#list(page))}
    `
  }
}

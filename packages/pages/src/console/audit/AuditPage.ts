/** `<console-audit>`: who changed what, when and why. */
import { html, type TemplateResult } from "lit"
import type { AuditPage, AuditRow } from "../calls/AccountWire.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { type Column, pager, table } from "../parts/Table.ts"
import { type AuditGroup, foldOf, WHAT } from "../words/AuditFold.ts"
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

/** A group; `openedBy` names the one that is opened, at the first of its entries. */
type ShownGroup = AuditGroup & { readonly openedBy?: string }

const FILTERS = ["item", "by", "what", "since"] as const

export class ConsoleAudit extends PageElement {
  static override properties = { ...PageElement.properties, opened: { state: true } }

  /** The groups that are shown one by one, by the id of their oldest entry, which stays when more are done. */
  declare opened: ReadonlySet<string>
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

  constructor() {
    super()
    this.opened = new Set()
  }

  #go(name: typeof FILTERS[number], value: string | undefined): void {
    const filter = Object.fromEntries(FILTERS.map((one) => [one, this.route.query.get(one) ?? undefined]))
    location.hash = hrefOf(["audit"], { ...filter, [name]: value })
  }

  #filters(): Shown {
    const { query } = this.route
    const since = Date.parse(query.get("since") ?? "")
    const valueOf = ({ target }: Event) => (target as HTMLInputElement).value.trim()
    const text = (name: "item" | "by", label: string) =>
      html`<label>${label} <input type="search" autocomplete="off" .value=${query.get(name) ?? ""}
        @change=${(event: Event) => this.#go(name, valueOf(event))}></label>`
    return html`
      <form class="filters" aria-label="Filter" @submit=${(event: Event) => event.preventDefault()}>
        ${text("item", "Item")} ${text("by", "Who")}
        <label>What <select @change=${(event: Event) => this.#go("what", valueOf(event))}>
          ${
      [["", "Anything"] as const, ...WHAT].map(([prefix, words]) =>
        html`<option value=${prefix} .selected=${prefix === (query.get("what") ?? "")}>${words}</option>`
      )
    }</select></label>
        <label>Since <input type="datetime-local" step="1" .value=${Number.isNaN(since) ? "" : fieldOf(since)}
          @change=${(event: Event) => this.#go("since", isoOf(valueOf(event)))}></label>
      </form>
    `
  }

  #toggle(id: string): void {
    const opened = new Set(this.opened)
    if (!opened.delete(id)) opened.add(id)
    this.opened = opened
  }

  /** What was done; of what was done several times how often, and each of them where that is wanted. */
  #done({ entries, isFolded, openedBy }: ShownGroup): Shown {
    const words = doneOf(entries[0])
    const id = isFolded ? entries.at(-1)!.id : openedBy
    if (id === undefined) return words
    return html`<span>${isFolded ? `${entries.length} × ` : ""}${words} <button type="button" class="small"
      aria-expanded=${isFolded ? "false" : "true"} @click=${() => this.#toggle(id)}>${
      isFolded ? "Show each" : "Fold"
    }</button></span>`
  }

  /** Each of a group that is opened; the first of them folds it again. */
  #shown(group: AuditGroup): ReadonlyArray<ShownGroup> {
    const { id } = group.entries.at(-1)!
    if (!group.isFolded || !this.opened.has(id)) return [group]
    return group.entries.map((entry, at) => ({
      entries: [entry],
      isFolded: false,
      ...(at === 0 ? { openedBy: id } : {})
    }))
  }

  #columns(): ReadonlyArray<Column<ShownGroup>> {
    return [
      { name: "When", of: ({ entries: [{ time }] }) => moment(time) },
      { name: "Who", of: ({ entries: [{ by }] }) => by },
      { name: "What", of: (group) => this.#done(group), isText: true },
      { name: "Of", of: ({ entries, isFolded }) => isFolded ? `${entries.length} of them` : about(entries[0]) },
      { name: "Why", of: ({ entries: [{ reason }] }) => reason ?? "–", isText: true }
    ]
  }

  #list({ entries, next }: AuditPage): Shown {
    const what = this.route.query.get("what") ?? ""
    const meant = entries.filter(({ type }) => type.startsWith(what))
    if (meant.length > 0) {
      const groups = foldOf(meant).flatMap((group) => this.#shown(group))
      return html`${table("Changes by hand", this.#columns(), groups)} ${pager(this.route, next)}`
    }
    if (entries.length > 0) {
      const more = next === undefined ? "There are no more." : "There may be some on the next page."
      return html`${empty("None on this page", more)} ${pager(this.route, next)}`
    }
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

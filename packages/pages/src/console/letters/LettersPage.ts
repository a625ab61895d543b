/** `<console-letters>`: orders that need a person, by reason, and what is done with many of them. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { LetterPage, LetterRow } from "../calls/Wire.ts"
import { orderLink } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { type Column, pager, table } from "../parts/Table.ts"
import { durationOf } from "../words/Figures.ts"
import { now } from "../words/Moments.ts"
import { discard, MOST, replay, type Selection } from "./LetterChanges.ts"
import { filterOf, filters, tabs } from "./LetterFilters.ts"

const EVERY = 5_000
const age = (iso: string): string => durationOf(Math.max(0, Math.round((now() - Date.parse(iso)) / 1_000)))

/** `seesOrders` is whether orders may be looked at. */
const columnsOf = (seesOrders: boolean): ReadonlyArray<Column<LetterRow>> => [
  { name: "Letter", of: ({ id }) => html`<a href=${hrefOf(["dead-letters", id])}>${id}</a>` },
  { name: "Reason", of: ({ reason }) => reason },
  { name: "Waits", of: ({ put_at: at }) => age(at), isNumber: true },
  { name: "Item", of: ({ item_id: item }) => item ?? "–" },
  { name: "Order", of: ({ item_id: item, request_id: id }) => orderLink(id, item, seesOrders) },
  { name: "Attempt", of: ({ attempt }) => attempt, isNumber: true, isWide: true },
  { name: "Put at", of: ({ put_at: at }) => moment(at), isWide: true }
]

export class ConsoleLetters extends PageElement {
  static override properties = { ...PageElement.properties, chosen: { state: true } }

  /** The ids of those that are ticked. */
  declare chosen: ReadonlySet<string>
  /** How many there are, as was answered last. */
  #open: LetterPage["open"] | undefined
  readonly #page = this.loads(async (signal) => {
    const page = await this.context.calls.get<LetterPage>("/dead-letters", signal, {
      ...filterOf(this.route),
      cursor: this.route.query.get("cursor") ?? undefined
    })
    this.#open = page.open
    this.context.feed.countLetters(page.open.total)
    return page
  }, EVERY)

  constructor() {
    super()
    this.chosen = new Set()
  }

  /** What is chosen is of the page that one sees. */
  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    if (changed.has("route")) this.chosen = new Set()
  }

  readonly #after = () => {
    this.chosen = new Set()
    this.#page.reload()
  }

  #tick(ids: ReadonlyArray<string>, isTicked: boolean): void {
    const chosen = new Set(this.chosen)
    for (const id of ids) {
      if (isTicked) chosen.add(id)
      else chosen.delete(id)
    }
    this.chosen = chosen
  }

  #columns(letters: ReadonlyArray<LetterRow>): ReadonlyArray<Column<LetterRow>> {
    const ids = letters.map(({ id }) => id)
    const box = (label: string, isTicked: boolean, of: ReadonlyArray<string>) =>
      html`<input type="checkbox" aria-label=${label} .checked=${isTicked}
        @change=${({ target }: Event) => this.#tick(of, (target as HTMLInputElement).checked)}>`
    const all = box("All of this page", ids.length > 0 && ids.every((id) => this.chosen.has(id)), ids)
    return [
      { name: "", head: all, of: ({ id }) => box(id, this.chosen.has(id), [id]) },
      ...columnsOf(this.may("orders"))
    ]
  }

  /** Those that are chosen, and all, have buttons of their own: what a button does never changes under the pointer. */
  #actions({ letters, open }: LetterPage): TemplateResult {
    const { ask, calls } = this.context
    const chosen = letters.filter(({ id }) => this.chosen.has(id))
    const filter = filterOf(this.route)
    const match = Object.keys(filter).length > 0 ? " that match" : ""
    const these: Selection = { kind: "these", letters: chosen }
    const words = match === "" && open.total > MOST
      ? `the oldest ${countOf(MOST)} dead letters`
      : `all dead letters${match}`
    const all: Selection = { kind: "filter", filter, words }
    const button = (words: string, make: typeof replay, selection: Selection, isAny: boolean) =>
      html`<button type="button" class=${make === discard ? "danger" : ""} ?disabled=${!isAny} @click=${() =>
        ask(make(calls, selection, this.#after, this.may("orders")))}>${words}…</button>`
    const which = chosen.length === 0 ? "chosen" : countOf(chosen.length)
    return html`
      <div class="actions">
        ${button(`Replay ${which}`, replay, these, chosen.length > 0)}
        ${button(`Discard ${which}`, discard, these, chosen.length > 0)}
        ${button(`Replay all${match}`, replay, all, letters.length > 0)}
        ${button(`Discard all${match}`, discard, all, letters.length > 0)}
      </div>
    `
  }

  #none({ total }: LetterPage["open"]): Shown {
    if (total === 0) return empty("No dead letters", "No order needs a person.")
    return Object.keys(filterOf(this.route)).length === 0 && !this.route.query.has("cursor")
      ? empty("None is listed yet", "The engine is reading them, which takes it a moment.")
      : empty("No dead letters", "None matches.")
  }

  #list({ letters, next, open }: LetterPage): Shown {
    return html`
      ${
      open.total > MOST && letters.length > 0
        ? html`<p class="stale">What is done to all is done to the oldest ${countOf(MOST)} of ${countOf(open.total)}.
          The others follow as these are handled.</p>`
        : nothing
    }
      ${letters.length === 0 ? this.#none(open) : table("Dead letters", this.#columns(letters), letters)}
      ${pager(this.route, next)}
    `
  }

  override render() {
    const { value } = this.#page
    return html`
      <div class="page-head"><h1>Dead letters</h1> ${runbook("dead-letters")}
        ${value === undefined ? nothing : this.#actions(value)}</div>
      ${tabs(this.route, this.#open)} ${filters(this.route)}
      ${shown(this.#page, (page) => this.#list(page))}
    `
  }
}

/** `<console-on-sale>`: what goes at the moment, and when it is gone. */
import { html } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { ItemPage, ItemRow } from "../calls/Wire.ts"
import { itemLink, left, saleBadge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { type Column, table } from "../parts/Table.ts"
import { durationOf, rateOf } from "../words/Figures.ts"
import { now } from "../words/Moments.ts"
import { soldOutIn } from "../words/SaleWords.ts"
import { ItemRound } from "./ItemRound.ts"
import { SellingPace } from "./SellingPace.ts"

/** Items that are looked at each time: a page of the list, the largest that there is. */
const LOOKED_AT = 200
const SHOWN = 8
const EVERY = 2_000

export class ConsoleOnSale extends PageElement {
  static override properties = { ...PageElement.properties, isSaid: { attribute: false } }

  /** Whether the page around it says already that nothing is told. */
  declare isSaid: boolean
  readonly #pace = new SellingPace()
  #signal = new AbortController().signal
  readonly #round = new ItemRound((cursor) =>
    this.context.calls.get<ItemPage>("/items", this.#signal, { limit: LOOKED_AT, cursor })
  )
  readonly #items = this.loads(async (signal) => {
    this.#signal = signal
    this.#pace.see(await this.#round.next(), performance.now() / 1_000)
    return this.#round.items
  }, EVERY)

  #columns(): ReadonlyArray<Column<ItemRow>> {
    return [
      { name: "Item", of: itemLink },
      { name: "Sale", of: saleBadge },
      { name: "Left", of: left },
      {
        name: "Units a second",
        isNumber: true,
        isWide: true,
        of: ({ item_id: id }) => rateOf(this.#pace.perSecond(id))
      },
      {
        name: "Sold out in",
        isNumber: true,
        of: (item) => {
          const seconds = soldOutIn(item, this.#pace.of(item.item_id), now())
          return seconds === undefined ? "–" : durationOf(seconds)
        }
      }
    ]
  }

  #busiest(items: ReadonlyArray<ItemRow>): ReadonlyArray<ItemRow> {
    const rank = ({ available, item_id: id, sale, sold }: ItemRow) =>
      [this.#pace.perSecond(id), sale.paused || available === 0 ? 0 : 1, sold] as const
    const order = (one: ItemRow, other: ItemRow) => {
      const [a, b] = [rank(one), rank(other)]
      return b[0] - a[0] || b[1] - a[1] || b[2] - a[2]
    }
    return items.toSorted(order).slice(0, SHOWN)
  }

  /** Which items these are the busiest of, where that is not all at every look. */
  #ofWhich(count: number): string {
    if (!this.#round.isWhole) return `The busiest of the first ${countOf(count)} items: the others are not looked at.`
    if (count <= LOOKED_AT) return ""
    return `The busiest of ${countOf(count)} items, ${LOOKED_AT} of which are looked at every ${
      durationOf(EVERY / 1_000)
    }.`
  }

  #list(items: ReadonlyArray<ItemRow>): Shown {
    if (items.length === 0) {
      return empty(
        "Nothing is on sale",
        html`An item begins with its first stock: <a href=${hrefOf(["items"])}>items</a>.`
      )
    }
    return html`${table("On sale", this.#columns(), this.#busiest(items))}
      <p class="small muted">${this.#ofWhich(items.length)} When it is sold out: if it goes on as in the last minute.
        <a href=${hrefOf(["items"])}>All items</a></p>`
  }

  override render() {
    return html`
      <section aria-labelledby="on-sale">
        <h2 id="on-sale">On sale</h2>
        ${shown(this.#items, (items) => this.#list(items), this.isSaid)}
      </section>
    `
  }
}
